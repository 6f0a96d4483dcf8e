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
def test_caller_s_profile_is_changed() -> None:
    """The caller changes name and phone of the profile that `GET /me` returns."""
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


def test_change_creates_the_profile(items: Items) -> None:
    """The first request of a person may be a change."""
    reply = change({"name": "Amazing Grace"})

    assert (reply.status, reply.body["name"], reply.body["version"]) == (200, "Amazing Grace", 2)
    assert len(items("USERS_TABLE")) == 1


@pytest.mark.usefixtures("aws")
def test_stale_version_is_not_changed() -> None:
    """`If-Match` is checked as for any user."""
    change({"name": "Amazing Grace"})

    assert [change({"name": "B"}, if_match=tag).status for tag in ('"1"', '"2"')] == [412, 200]


@pytest.mark.parametrize("field", ["email", "status", "id", "version"])
def test_other_fields_are_refused(field: str) -> None:
    """Only an administrator changes address and status, and only the platform the rest."""
    reply = change({field: "disabled"})

    detail = "unknown; expected one of name, phone"
    assert (reply.status, reply.body["errors"]) == (400, [{"field": f"/{field}", "detail": detail}])


def test_disabled_profile_is_not_changed_by_its_owner(items: Items) -> None:
    """Only an administrator may change a disabled profile."""
    create_user("grace@example.org", status="disabled")
    before = items("USERS_TABLE")

    reply = change({"name": "B"})

    assert (reply.status, reply.body["type"]) == (403, "/problems/profile-disabled")
    assert items("USERS_TABLE") == before


def test_machine_s_token_is_refused() -> None:
    """A machine has no profile."""
    reply = change({"name": "B"}, given=claims(username=""))

    assert (reply.status, reply.body["type"]) == (403, "/problems/not-a-person")
