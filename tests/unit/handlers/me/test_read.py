"""GET /me."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.stub import Stubber

from handlers.me.read import handler
from handlers.users.change import handler as change
from handlers.users.delete import handler as delete
from tests.unit.handlers.lambda_ import Context, Reply, call, request
from tests.unit.handlers.people import claims, create_user

Items = Callable[[str], list[dict[str, Any]]]
BeforeWriting = Callable[[Callable[[], object]], None]


def me(given: dict[str, str], **more: Any) -> Reply:
    return call(handler, request("GET /me", claims=given), **more)


def test_profile_is_created_on_first_access(items: Items) -> None:
    """The first request creates a user from the token, with its email and sign-in identities."""
    reply = me(claims())

    user = reply.body
    assert (reply.status, reply.headers["ETag"]) == (200, '"1"')
    assert user == {
        "id": user["id"],
        "email": "grace@example.org",
        "name": "Grace Hopper",
        "phone": None,
        "phoneVerified": False,
        "status": "active",
        "createdAt": user["createdAt"],
        "updatedAt": user["createdAt"],
        "version": 1,
    }
    holders = {item["identity"]["S"]: item["userId"]["S"] for item in items("IDENTITIES_TABLE")}
    subject = claims()["sub"]
    assert holders == {"email#grace@example.org": user["id"], f"subject#{subject}": user["id"]}


def test_later_requests_return_the_same_profile(items: Items) -> None:
    """Later requests return the existing profile, whatever their tokens contain."""
    first = me(claims()).body

    assert me(claims(email="new@example.org", name="Other Name", email_verified="false")).body == first
    assert me(claims(email="")).body == first
    assert len(items("USERS_TABLE")) == 1


@pytest.mark.usefixtures("aws")
@pytest.mark.parametrize("name", ["", "   ", "a\x00b", "\n", "\u200b", "Gr\u202eace", "\u3164"])
def test_invalid_name_is_replaced_by_the_address(name: str) -> None:
    """Without a valid name in the token, the name is the local part of the address."""
    assert me(claims(name=name)).body["name"] == "grace"


@pytest.mark.usefixtures("aws")
def test_long_names_are_truncated() -> None:
    """A name in a token may exceed the limit of a profile."""
    assert me(claims(name="x" * 300)).body["name"] == "x" * 100
    assert me(claims("y" * 64, name="")).body["name"] == "y" * 64


@pytest.mark.usefixtures("aws")
def test_address_that_ses_refuses_is_missing() -> None:
    """A local part of more than 64 characters cannot receive email."""
    assert me(claims("y" * 65)).body["type"] == "/problems/email-missing"


def test_existing_user_with_the_address_is_linked(items: Items) -> None:
    """A user with the verified address becomes the person's profile."""
    existing = create_user("Grace@Example.org", phone="+442079460000")

    reply = me(claims())

    assert reply.body == {**existing, "version": 2, "updatedAt": reply.body["updatedAt"]}
    assert me(claims()).body == reply.body
    assert len(items("USERS_TABLE")) == 1


UNVERIFIED = {
    "type": "/problems/email-unverified",
    "title": "The email address is not verified",
    "status": 403,
    "detail": "verify this email address, then sign in again",
}


@pytest.mark.usefixtures("aws")
@pytest.mark.parametrize("verified", ["false", "", "no"])
def test_existing_user_is_not_linked_by_an_unverified_address(verified: str) -> None:
    """A person must prove that the address is theirs."""
    existing = create_user("grace@example.org")

    reply = me(claims(email_verified=verified))

    assert (reply.status, reply.body) == (403, UNVERIFIED)
    assert me(claims()).body["id"] == existing["id"]


@pytest.mark.usefixtures("aws")
def test_no_profile_is_created_with_an_unverified_address(items: Items) -> None:
    """An unverified address may belong to another person, who must be able to use it."""
    reply = me(claims(email_verified="false"))

    assert (reply.status, reply.body) == (403, UNVERIFIED)
    assert items("USERS_TABLE") == []


@pytest.mark.usefixtures("aws")
def test_profile_of_another_sign_in_is_not_linked() -> None:
    """Two sign-ins with the same address are different people."""
    me(claims())

    reply = me(claims(sub="another", username="Google_1"))

    assert (reply.status, reply.body["detail"]) == (
        409,
        "the profile with this email address is linked to another sign-in",
    )


@pytest.mark.usefixtures("aws")
@pytest.mark.parametrize("email", ["", "not an address", "grace@localhost", "x" * 250 + "@example.org"])
def test_token_without_a_usable_address_is_refused(email: str) -> None:
    """A new profile requires an email address."""
    reply = me(claims(email=email))

    assert (reply.status, reply.body["type"]) == (403, "/problems/email-missing")


@pytest.mark.parametrize(
    ("given", "detail"),
    [
        (claims(token_use="id"), "expected an access token; this is another kind of token"),
        ({}, "expected an access token; this is another kind of token"),
        (claims(username=""), "this token was issued to a program, not to a person"),
        (claims(sub="browser"), "this token was issued to a program, not to a person"),
        (claims(sub=""), "this token was issued to a program, not to a person"),
    ],
)
def test_token_that_is_not_a_person_s_access_token_is_refused(given: dict[str, str], detail: str) -> None:
    """ID tokens and machines' tokens pass the gateway but have no profile."""
    reply = me(given)

    assert (reply.status, reply.body["type"], reply.body["detail"]) == (403, "/problems/not-a-person", detail)


def test_concurrent_first_requests_create_one_profile(items: Items, before_writing: BeforeWriting) -> None:
    """Both requests return the profile that one of them created."""
    others: list[Reply] = []
    before_writing(lambda: others.append(me(claims())))

    reply = me(claims())

    assert reply == others[0]
    assert len(items("USERS_TABLE")) == 1


def test_concurrent_first_requests_link_one_profile(items: Items, before_writing: BeforeWriting) -> None:
    """Both requests return the existing user that one of them linked."""
    create_user("grace@example.org")
    others: list[Reply] = []
    before_writing(lambda: others.append(me(claims())))

    reply = me(claims())

    assert reply == others[0]
    assert len(items("USERS_TABLE")) == 1


DELETED = {
    "type": "/problems/profile-deleted",
    "title": "The profile was deleted",
    "status": 403,
    "detail": "an administrator has deleted it; sign up again to get a new one",
}
DISABLED = {
    "type": "/problems/profile-disabled",
    "title": "The profile is disabled",
    "status": 403,
    "detail": "an administrator has disabled it; only an administrator can enable it",
}


def test_deleted_profile_is_not_created_again(items: Items) -> None:
    """The token of a deleted person creates no profile while it is still valid."""
    first = me(claims()).body
    call(delete, request(path={"userId": first["id"]}))

    reply = me(claims())

    assert (reply.status, reply.body) == (403, DELETED)
    assert items("USERS_TABLE") == []


def test_deleted_profile_is_not_replaced_by_a_prepared_one(items: Items) -> None:
    """The old sign-in is not linked to a user that an administrator creates with the same address."""
    first = me(claims()).body
    call(delete, request(path={"userId": first["id"]}))
    create_user("grace@example.org")

    assert me(claims()).body == DELETED
    assert ["subject" in item for item in items("USERS_TABLE")] == [False]


@pytest.mark.usefixtures("aws")
def test_deletion_during_the_first_request_wins(before_writing: BeforeWriting) -> None:
    """A profile that is created and deleted by concurrent requests is not created again."""
    before_writing(lambda: call(delete, request(path={"userId": me(claims()).body["id"]})))

    assert me(claims()).body == DELETED


@pytest.mark.usefixtures("aws")
def test_person_who_signs_up_again_gets_a_new_profile() -> None:
    """A new sign-in has another subject, and the address is free again."""
    first = me(claims()).body
    call(delete, request(path={"userId": first["id"]}))

    second = me(claims(sub="new-sign-in", username="new-sign-in"))

    assert (second.status, second.body["email"]) == (200, first["email"])
    assert second.body["id"] != first["id"]


@pytest.mark.usefixtures("aws")
def test_disabled_profile_is_refused_until_it_is_enabled() -> None:
    """The response has the reason."""
    user_id = me(claims()).body["id"]
    replies: list[Any] = []
    for status in ("disabled", "active"):
        call(change, request(path={"userId": user_id}, body={"status": status}))
        replies.append(me(claims()).body)

    assert (replies[0], replies[1]["id"]) == (DISABLED, user_id)


def test_disabled_user_is_not_linked(items: Items) -> None:
    """A user who was disabled before the first sign-in is refused then."""
    create_user("grace@example.org", status="disabled")

    assert me(claims()).body == DISABLED
    assert ["subject" in item for item in items("USERS_TABLE")] == [False]


@pytest.mark.usefixtures("aws")
def test_user_disabled_during_the_first_request_is_not_linked(before_writing: BeforeWriting) -> None:
    """The profile is read again after a concurrent change."""
    user = create_user("grace@example.org")
    disable = request(path={"userId": user["id"]}, body={"status": "disabled"})
    before_writing(lambda: call(change, disable))

    assert me(claims()).body == DISABLED


def test_repeated_conflicts_end_with_503(stubbed: Stubber) -> None:
    """After repeated conflicts the response is 503."""
    refused = {"Code": "ConditionalCheckFailed"}
    stubbed.add_response("get_item", {})
    stubbed.add_client_error(
        "transact_write_items",
        "TransactionCanceledException",
        modeled_fields={"CancellationReasons": [{"Code": "None"}, refused, refused]},
    )

    assert me(claims(), context=Context(remaining_milliseconds=4_900)).status == 503
