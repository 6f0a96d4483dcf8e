"""GET and PATCH /me/preferences."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from handlers.me.change import handler as change_me
from handlers.me.preferences_change import handler
from handlers.me.preferences_read import handler as read
from handlers.me.read import handler as read_me
from handlers.users import storage
from handlers.users.change import handler as change_user
from handlers.users.logic import change_preferences
from handlers.users.models import ChangePreferences
from tests.unit.handlers.lambda_ import Reply, call, request
from tests.unit.handlers.people import claims, create_user

Items = Callable[[str], list[dict[str, Any]]]
BeforeWriting = Callable[[Callable[[], object]], None]


def change(body: Any, *, given: dict[str, str] | None = None, if_match: str | None = None) -> Reply:
    headers = {} if if_match is None else {"If-Match": if_match}
    return call(
        handler, request("PATCH /me/preferences", claims=given or claims(), headers=headers, body=body)
    )


def read_preferences() -> Reply:
    return call(read, request("GET /me/preferences", claims=claims()))


def me() -> dict[str, Any]:
    return call(read_me, request(claims=claims())).body


def test_default_is_email_without_sms(items: Items) -> None:
    """SMS requires consent; the profile is created without stored preferences."""
    reply = read_preferences()

    assert (reply.status, reply.headers["ETag"]) == (200, '"1"')
    assert reply.body == {"email": True, "sms": False}
    assert [item.get("preferences") for item in items("USERS_TABLE")] == [None]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({"sms": True}, {"email": True, "sms": True}),
        ({"email": False}, {"email": False, "sms": False}),
        ({"email": False, "sms": True}, {"email": False, "sms": True}),
    ],
)
def test_change_is_stored_with_the_user(
    items: Items, wanted: dict[str, bool], expected: dict[str, bool]
) -> None:
    """Other preferences keep their values; of the user only version and time change."""
    before = me()

    reply = change(wanted)

    assert (reply.status, reply.headers["ETag"], reply.body) == (200, '"2"', expected)
    assert read_preferences().body == expected
    after = me()
    assert after == {**before, "version": 2, "updatedAt": after["updatedAt"]}
    assert after["updatedAt"] > before["updatedAt"]
    stored = {"M": {name: {"BOOL": flag} for name, flag in expected.items()}}
    assert [item["preferences"] for item in items("USERS_TABLE")] == [stored]


def test_change_without_effect_keeps_the_version(items: Items) -> None:
    """A change to the current values returns them and writes nothing."""
    read_preferences()

    assert [change(body).headers["ETag"] for body in ({}, {"email": True}, {"sms": False})] == ['"1"'] * 3
    assert "preferences" not in items("USERS_TABLE")[0]


@pytest.mark.usefixtures("aws")
def test_consent_can_be_withdrawn() -> None:
    """Each change is a new version of the user."""
    assert [change({"sms": sms}).headers["ETag"] for sms in (True, False, True)] == ['"2"', '"3"', '"4"']
    assert read_preferences().body == {"email": True, "sms": True}


@pytest.mark.usefixtures("aws")
def test_other_changes_keep_the_preferences() -> None:
    """Changes by the owner or an administrator do not affect the preferences."""
    change({"email": False, "sms": True})

    call(change_me, request(claims=claims(), body={"name": "Amazing Grace"}))
    call(change_user, request(path={"userId": me()["id"]}, body={"email": "new@example.org", "phone": None}))

    assert (read_preferences().body, read_preferences().headers["ETag"]) == (
        {"email": False, "sms": True},
        '"4"',
    )


def test_linked_profile_keeps_its_preferences(items: Items) -> None:
    """Preferences set before the first sign-in remain valid."""
    user_id = create_user("grace@example.org")["id"]
    change_preferences(lambda: storage.read(user_id), ChangePreferences(sms=True), None)

    assert read_preferences().body == {"email": True, "sms": True}
    assert [item["subject"]["S"] for item in items("USERS_TABLE")] == [claims()["sub"]]


@pytest.mark.usefixtures("aws")
def test_stale_version_is_not_changed() -> None:
    """`If-Match` refers to the profile's version."""
    call(change_me, request(claims=claims(), body={"name": "Amazing Grace"}))

    assert [change({"sms": True}, if_match=tag).status for tag in ('"1"', '"2"')] == [412, 200]


def test_concurrent_change_is_not_lost(items: Items, before_writing: BeforeWriting) -> None:
    """After a concurrent change the preferences are set on its result."""
    read_preferences()
    before_writing(lambda: call(change_me, request(claims=claims(), body={"name": "Amazing Grace"})))

    reply = change({"sms": True})

    assert (reply.headers["ETag"], me()["name"]) == ('"3"', "Amazing Grace")
    assert read_preferences().body == {"email": True, "sms": True}


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ({"sms": "yes"}, {"field": "/sms", "detail": "expected bool, got str"}),
        ({"sms": None}, {"field": "/sms", "detail": "expected bool, got null"}),
        ({"email": 1}, {"field": "/email", "detail": "expected bool, got int"}),
        ({"push": True}, {"field": "/push", "detail": "unknown; expected one of email, sms"}),
    ],
)
def test_invalid_preference_is_refused(body: Any, fault: dict[str, str]) -> None:
    """Consent requires the value true."""
    reply = change(body)

    assert (reply.status, reply.body["errors"]) == (400, [fault])


def test_preferences_of_a_disabled_profile_are_refused(items: Items) -> None:
    """Its owner may neither read nor change them."""
    create_user("grace@example.org", status="disabled")
    before = items("USERS_TABLE")

    for reply in (read_preferences(), change({"sms": True})):
        assert (reply.status, reply.body["type"]) == (403, "/problems/profile-disabled")
    assert items("USERS_TABLE") == before


@pytest.mark.parametrize("operation", [read, handler])
def test_machine_s_token_is_refused(operation: Any) -> None:
    """A machine has no preferences."""
    reply = call(operation, request(claims=claims(username=""), body={}))

    assert (reply.status, reply.body["type"]) == (403, "/problems/not-a-person")
