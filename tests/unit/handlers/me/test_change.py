"""PATCH /me."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from handlers.me.change import handler
from handlers.me.read import handler as read
from tests.unit.handlers.lambda_ import Reply, call, request
from tests.unit.handlers.people import claims, create_user

Items = Callable[[str], list[dict[str, Any]]]


def change(body: Any, *, given: dict[str, str] | None = None, if_match: str | None = None) -> Reply:
    headers = {} if if_match is None else {"If-Match": if_match}
    return call(handler, request("PATCH /me", claims=given or claims(), headers=headers, body=body))


@pytest.mark.usefixtures("aws")
def test_own_profile_is_changed() -> None:
    """A person changes name and phone of the profile that `GET /me` shows."""
    before = call(read, request(claims=claims())).body

    reply = change({"name": "Amazing Grace", "phone": "+12025550123"})

    assert (reply.status, reply.headers["ETag"]) == (200, '"2"')
    assert reply.body == {
        **before,
        "name": "Amazing Grace",
        "phone": "+12025550123",
        "version": 2,
        "updatedAt": reply.body["updatedAt"],
    }
    assert call(read, request(claims=claims())).body == reply.body


def test_profile_is_made_on_first_sight_here_too(items: Items) -> None:
    """Whoever changes their profile before they read it has one."""
    reply = change({"name": "Amazing Grace"})

    assert (reply.status, reply.body["name"], reply.body["version"]) == (200, "Amazing Grace", 2)
    assert len(items("USERS_TABLE")) == 1


@pytest.mark.usefixtures("aws")
def test_stale_version_is_not_changed() -> None:
    """`If-Match` guards one's own profile as it does any user."""
    change({"name": "Amazing Grace"})

    assert [change({"name": "B"}, if_match=tag).status for tag in ('"1"', '"2"')] == [412, 200]


@pytest.mark.parametrize("field", ["email", "status", "id", "version"])
def test_what_is_not_ones_own_to_change_is_refused(field: str) -> None:
    """Address and status are an administrator's to change, and the rest nobody's."""
    reply = change({field: "disabled"})

    detail = "unknown; expected one of name, phone"
    assert (reply.status, reply.body["errors"]) == (400, [{"field": f"/{field}", "detail": detail}])


@pytest.mark.usefixtures("aws")
def test_disabled_profile_is_not_changed_by_its_owner() -> None:
    """A disabled profile stays as the administrator left it."""
    waiting = create_user("grace@example.org", status="disabled")

    reply = change({"name": "B"})

    assert (reply.status, reply.body["type"]) == (403, "/problems/profile-disabled")
    assert call(read, request(claims=claims())).body["name"] == waiting["name"]


def test_machine_has_no_profile_to_change() -> None:
    """A program's token is refused here as it is for reading."""
    reply = change({"name": "B"}, given=claims(username=""))

    assert (reply.status, reply.body["type"]) == (403, "/problems/not-a-person")
