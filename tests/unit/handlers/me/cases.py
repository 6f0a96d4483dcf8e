"""A request for each status of a person's own operations."""

from __future__ import annotations

from typing import Any

from handlers.me.phone import ATTEMPTS
from handlers.me.storage import CODES_A_DAY
from tests.unit.handlers.contract import Case, operation
from tests.unit.handlers.lambda_ import call, request
from tests.unit.handlers.me import phones
from tests.unit.handlers.people import claims, create_user

STALE = {"If-Match": '"9"'}
PLAIN = {"Content-Type": "text/plain"}
LARGE = "x" * 20_000


def disabled() -> None:
    """Add a disabled user with the person's email address."""
    create_user("grace@example.org", status="disabled")


def linked_to_another() -> None:
    """Create the profile of the person's email address for another sign-in."""
    other = claims(sub="another-sign-in", username="another-sign-in")
    assert call(operation("handlers.me.read:handler"), request(claims=other)).status == 200


def person(**arguments: Any) -> dict[str, Any]:
    """Return the arguments of a signed-in person's request."""
    return {"claims": claims(), **arguments}


def entered() -> None:
    """Enter a phone number."""
    assert phones.enter().status == 200


def code_sent() -> dict[str, Any]:
    """Request a code, and return the arguments of the request that returns it."""
    entered()
    assert phones.request_code().status == 202
    return person(body={"code": phones.last_code()})


def wrong(given: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments of a request with another code."""
    return person(body={"code": phones.other_than(given["body"]["code"])})


def codes_used_up() -> None:
    """Request every code of the day."""
    entered()
    for _ in range(CODES_A_DAY):
        assert phones.request_code().status == 202


def attempts_used_up() -> dict[str, Any]:
    """Try wrong codes until no attempt is left, and return the arguments of another request."""
    given = code_sent()
    for _ in range(ATTEMPTS):
        assert phones.verify(wrong(given)["body"]["code"]).status == 422
    return given


CODE = {"code": "000000"}
IDENTITY_TOKEN = {"claims": claims(token_use="id")}

CASES = [
    Case("me.read", 200, person()),
    Case("me.read", 403, IDENTITY_TOKEN),
    Case("me.read", 409, person(), linked_to_another),
    Case("me.read", 503, person(), busy="get_item"),
    Case("me.preferences_read", 200, person()),
    Case("me.preferences_read", 403, IDENTITY_TOKEN),
    Case("me.preferences_read", 409, person(), linked_to_another),
    Case("me.preferences_read", 503, person(), busy="get_item"),
    Case("me.phone_code", 202, person(), entered),
    Case("me.phone_code", 403, IDENTITY_TOKEN),
    Case("me.phone_code", 409, person()),
    Case("me.phone_code", 422, person(), lambda: phones.enter("+4930123456")),
    Case("me.phone_code", 429, person(), codes_used_up),
    Case("me.phone_code", 503, person(), busy="get_item"),
    Case("me.phone_verify", 200, lambda given: given, code_sent),
    Case("me.phone_verify", 400, person(body={"code": "none"})),
    Case("me.phone_verify", 403, person(body=CODE), disabled),
    Case("me.phone_verify", 409, person(body=CODE), entered),
    Case("me.phone_verify", 413, person(text=LARGE)),
    Case("me.phone_verify", 415, person(text="{}", headers=PLAIN)),
    Case("me.phone_verify", 422, wrong, code_sent),
    Case("me.phone_verify", 429, lambda given: given, attempts_used_up),
    Case("me.phone_verify", 503, person(body=CODE), busy="get_item"),
    *(
        case
        for function, good, bad in (
            ("me.change", {"name": "B"}, {"name": ""}),
            ("me.preferences_change", {"sms": True}, {"sms": "yes"}),
        )
        for case in (
            Case(function, 200, person(body=good)),
            Case(function, 400, person(body=bad)),
            Case(function, 403, person(body=good), disabled),
            Case(function, 409, person(body=good), linked_to_another),
            Case(function, 412, person(body=good, headers=STALE)),
            Case(function, 413, person(text=LARGE)),
            Case(function, 415, person(text="{}", headers=PLAIN)),
            Case(function, 503, person(body=good), busy="get_item"),
        )
    ),
]
