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


def told() -> Reply:
    return call(read, request("GET /me/preferences", claims=claims()))


def me() -> dict[str, Any]:
    return call(read_me, request(claims=claims())).body


def test_without_a_word_there_is_mail_and_no_sms(items: Items) -> None:
    """Messages by telephone need consent; the profile is made on first sight, and says nothing of it."""
    reply = told()

    assert (reply.status, reply.headers["ETag"]) == (200, '"1"')
    assert reply.body == {"email": True, "sms": False}
    assert [item.get("preferences") for item in items("USERS_TABLE")] == [None]


@pytest.mark.parametrize(
    ("wanted", "then"),
    [
        ({"sms": True}, {"email": True, "sms": True}),
        ({"email": False}, {"email": False, "sms": False}),
        ({"email": False, "sms": True}, {"email": False, "sms": True}),
    ],
)
def test_change_is_kept_with_the_user(items: Items, wanted: dict[str, bool], then: dict[str, bool]) -> None:
    """What is not named stays; the user's version and time of change tell of it, and nothing else does."""
    before = me()

    reply = change(wanted)

    assert (reply.status, reply.headers["ETag"], reply.body) == (200, '"2"', then)
    assert told().body == then
    after = me()
    assert after == {**before, "version": 2, "updatedAt": after["updatedAt"]}
    assert after["updatedAt"] > before["updatedAt"]
    kept = {"M": {name: {"BOOL": flag} for name, flag in then.items()}}
    assert [item["preferences"] for item in items("USERS_TABLE")] == [kept]


def test_change_of_nothing_leaves_the_version(items: Items) -> None:
    """What is so already is answered as it is, and writes nothing."""
    told()

    assert [change(body).headers["ETag"] for body in ({}, {"email": True}, {"sms": False})] == ['"1"'] * 3
    assert "preferences" not in items("USERS_TABLE")[0]


@pytest.mark.usefixtures("aws")
def test_consent_can_be_taken_back() -> None:
    """Each change is a version of the user's."""
    assert [change({"sms": sms}).headers["ETag"] for sms in (True, False, True)] == ['"2"', '"3"', '"4"']
    assert told().body == {"email": True, "sms": True}


@pytest.mark.usefixtures("aws")
def test_other_changes_leave_preferences_alone() -> None:
    """By the owner and by an administrator."""
    change({"email": False, "sms": True})

    call(change_me, request(claims=claims(), body={"name": "Amazing Grace"}))
    call(change_user, request(path={"userId": me()["id"]}, body={"email": "new@example.org", "phone": None}))

    assert (told().body, told().headers["ETag"]) == ({"email": False, "sms": True}, '"4"')


def test_profile_that_becomes_somebody_s_keeps_its_preferences(items: Items) -> None:
    """What was said before the first sign-in still counts after it."""
    waiting = create_user("grace@example.org")["id"]
    change_preferences(lambda: storage.read(waiting), ChangePreferences(sms=True), None)

    assert told().body == {"email": True, "sms": True}
    assert [item["subject"]["S"] for item in items("USERS_TABLE")] == [claims()["sub"]]


@pytest.mark.usefixtures("aws")
def test_stale_version_is_not_changed() -> None:
    """`If-Match` names the profile's version, whatever was changed of it."""
    call(change_me, request(claims=claims(), body={"name": "Amazing Grace"}))

    assert [change({"sms": True}, if_match=tag).status for tag in ('"1"', '"2"')] == [412, 200]


def test_change_in_between_is_not_lost(items: Items, before_writing: BeforeWriting) -> None:
    """Somebody else's change just before the write has it done again, on what is there then."""
    told()
    before_writing(lambda: call(change_me, request(claims=claims(), body={"name": "Amazing Grace"})))

    reply = change({"sms": True})

    assert (reply.headers["ETag"], me()["name"]) == ('"3"', "Amazing Grace")
    assert told().body == {"email": True, "sms": True}


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ({"sms": "yes"}, {"field": "/sms", "detail": "expected bool, got str"}),
        ({"sms": None}, {"field": "/sms", "detail": "expected bool, got null"}),
        ({"email": 1}, {"field": "/email", "detail": "expected bool, got int"}),
        ({"push": True}, {"field": "/push", "detail": "unknown; expected one of email, sms"}),
    ],
)
def test_what_is_no_preference_is_refused(body: Any, fault: dict[str, str]) -> None:
    """Consent is given as true, and in no other way."""
    reply = change(body)

    assert (reply.status, reply.body["errors"]) == (400, [fault])


@pytest.mark.usefixtures("aws")
def test_disabled_profile_keeps_its_preferences() -> None:
    """Its owner may see them and not change them."""
    create_user("grace@example.org", status="disabled")

    reply = change({"sms": True})

    assert (reply.status, reply.body["type"]) == (403, "/problems/profile-disabled")
    assert (told().status, told().body) == (200, {"email": True, "sms": False})


@pytest.mark.parametrize("operation", [read, handler])
def test_machine_has_no_preferences(operation: Any) -> None:
    """A program's token is refused here as it is for the profile."""
    reply = call(operation, request(claims=claims(username=""), body={}))

    assert (reply.status, reply.body["type"]) == (403, "/problems/not-a-person")
