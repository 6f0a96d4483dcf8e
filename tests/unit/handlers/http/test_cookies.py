"""Cookies of requests and responses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import pytest

from handlers.http.cookies import clear_cookie, set_cookie
from handlers.http.operation import operation
from handlers.http.request import Request
from handlers.http.response import Response
from handlers.kit.errors import Unauthorized
from tests.unit.handlers.lambda_ import call, request


class Over(Unauthorized):
    """A refusal that deletes cookies."""

    title = "It is over"
    clears: ClassVar[tuple[str, ...]] = ("a", "b")


@operation(204, reads=("a",), sets=("a", "b"))
def two(cookies: Mapping[str, str]) -> Response[None]:
    """Return two cookies."""
    return Response(None, cookies=(set_cookie("a", cookies["a"], 5), set_cookie("b", "2", 5, "Lax")))


@operation(204, raises=(Over,))
def over(cookies: Mapping[str, str]) -> Response[None]:
    """Refuse."""
    raise Over("sign in again")


def test_each_cookie_has_its_own_line() -> None:
    """The gateway makes one Set-Cookie of each; a response without any has no field for them."""
    event = {**request(), "cookies": ["a=1"]}

    reply = call(two, event)

    assert (reply.status, reply.cookies) == (
        204,
        (
            "a=1; Max-Age=5; Path=/; Secure; HttpOnly; SameSite=Strict",
            "b=2; Max-Age=5; Path=/; Secure; HttpOnly; SameSite=Lax",
        ),
    )
    assert "Set-Cookie" not in reply.headers


def test_refusal_deletes_its_cookies() -> None:
    """Credentials that are not valid are deleted with the attributes with which they were set."""
    reply = call(over, request())

    assert reply.status == 401
    assert reply.cookies == (clear_cookie("a"), clear_cookie("b"))
    assert clear_cookie("a") == "a=; Max-Age=0; Path=/; Secure; HttpOnly; SameSite=Strict"


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (None, {}),
        ([], {}),
        (["a=1", "b=2=3"], {"a": "1", "b": "2=3"}),
        (["a", "=b", " c =\td "], {"a": "", "": "b", "c": "d"}),
        (["\u2000__Host-a=1", "\x85__Host-a=2"], {"\u2000__Host-a": "1", "\x85__Host-a": "2"}),
        (["__Host-a=1", "b=2", "__Host-a=3"], {"b": "2"}),
        ([*(f"__Host-a={number}" for number in range(1_000)), "b=2"], {"b": "2"}),
    ],
)
def test_cookies_are_read_by_name(lines: list[str] | None, expected: dict[str, str]) -> None:
    """A malformed cookie is no error; a disguised name stays as it is, and a repeated one has no value."""
    assert Request.from_event({**request(), "cookies": lines}).cookies == expected
