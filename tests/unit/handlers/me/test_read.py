"""GET /me."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.stub import Stubber

from handlers.me.read import handler
from handlers.users.delete import handler as delete
from tests.unit.handlers.lambda_ import Context, Reply, call, request
from tests.unit.handlers.people import claims, create_user

Items = Callable[[str], list[dict[str, Any]]]
BeforeWriting = Callable[[Callable[[], object]], None]


def me(given: dict[str, str], **more: Any) -> Reply:
    return call(handler, request("GET /me", claims=given), **more)


def test_profile_is_made_on_first_sight(items: Items) -> None:
    """Who is seen for the first time gets a profile from the token, kept under address and sign-in."""
    reply = me(claims())

    user = reply.body
    assert (reply.status, reply.headers["ETag"]) == (200, '"1"')
    assert user == {
        "id": user["id"],
        "email": "grace@example.org",
        "name": "Grace Hopper",
        "phone": None,
        "status": "active",
        "createdAt": user["createdAt"],
        "updatedAt": user["createdAt"],
        "version": 1,
    }
    holders = {item["identity"]["S"]: item["userId"]["S"] for item in items("IDENTITIES_TABLE")}
    subject = claims()["sub"]
    assert holders == {"email#grace@example.org": user["id"], f"subject#{subject}": user["id"]}


def test_profile_is_found_from_then_on(items: Items) -> None:
    """The second time there is nothing to make, whatever the token says of the person by then."""
    first = me(claims()).body

    assert me(claims(email="new@example.org", name="Somebody", email_verified="false")).body == first
    assert me(claims(email="")).body == first
    assert len(items("USERS_TABLE")) == 1


@pytest.mark.usefixtures("aws")
@pytest.mark.parametrize("name", ["", "   ", "a\x00b", "\n"])
def test_name_that_no_profile_may_have_gives_way_to_the_address(name: str) -> None:
    """Federated people come with any name or none; the local part of the address is a name too."""
    assert me(claims(name=name)).body["name"] == "grace"


@pytest.mark.usefixtures("aws")
def test_long_names_are_cut() -> None:
    """A name from elsewhere may be longer than any here."""
    assert me(claims(name="x" * 300)).body["name"] == "x" * 100
    assert me(claims("y" * 150, name="")).body["name"] == "y" * 100


def test_profile_made_for_the_person_becomes_theirs(items: Items) -> None:
    """A profile that waits under a verified address is linked, not doubled."""
    waiting = create_user("Grace@Example.org", phone="+442079460000")

    reply = me(claims())

    assert reply.body == {**waiting, "version": 2, "updatedAt": reply.body["updatedAt"]}
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
def test_profile_is_not_given_to_an_unverified_address(verified: str) -> None:
    """Who has not proved that the address is theirs does not get what waits under it."""
    waiting = create_user("grace@example.org")

    reply = me(claims(email_verified=verified))

    assert (reply.status, reply.body) == (403, UNVERIFIED)
    assert me(claims()).body["id"] == waiting["id"]


@pytest.mark.usefixtures("aws")
def test_no_profile_is_made_under_an_unverified_address(items: Items) -> None:
    """Nobody takes an address that may be somebody else's, and keeps its owner out."""
    reply = me(claims(email_verified="false"))

    assert (reply.status, reply.body) == (403, UNVERIFIED)
    assert items("USERS_TABLE") == []


@pytest.mark.usefixtures("aws")
def test_profile_of_another_sign_in_is_not_given_away() -> None:
    """Two sign-ins with one address are two people until somebody says otherwise."""
    me(claims())

    reply = me(claims(sub="another", username="Google_1"))

    assert (reply.status, reply.body["detail"]) == (
        409,
        "the profile with this email address is linked to another sign-in",
    )


@pytest.mark.usefixtures("aws")
@pytest.mark.parametrize("email", ["", "not an address", "grace@localhost", "x" * 250 + "@example.org"])
def test_token_without_a_usable_address_cannot_make_a_profile(email: str) -> None:
    """What is missing is said: a profile needs an e-mail address."""
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
def test_token_that_is_no_persons_access_token_is_refused(given: dict[str, str], detail: str) -> None:
    """ID tokens and machines' tokens get past the gateway, and no further."""
    reply = me(given)

    assert (reply.status, reply.body["type"], reply.body["detail"]) == (403, "/problems/not-a-person", detail)


def test_concurrent_first_sights_make_one_profile(items: Items, before_writing: BeforeWriting) -> None:
    """Of two first requests of one person, both answer with the profile that one of them made."""
    others: list[Reply] = []
    before_writing(lambda: others.append(me(claims())))

    reply = me(claims())

    assert reply == others[0]
    assert len(items("USERS_TABLE")) == 1


def test_concurrent_links_make_one_profile(items: Items, before_writing: BeforeWriting) -> None:
    """Of two first requests of one person whose profile waits, both answer with it."""
    create_user("grace@example.org")
    others: list[Reply] = []
    before_writing(lambda: others.append(me(claims())))

    reply = me(claims())

    assert reply == others[0]
    assert len(items("USERS_TABLE")) == 1


def test_deleted_profile_is_made_anew(items: Items) -> None:
    """Who comes back after their user was deleted is seen for the first time again."""
    first = me(claims()).body
    call(delete, request(path={"userId": first["id"]}))

    second = me(claims()).body

    assert [item["id"]["S"] for item in items("USERS_TABLE")] == [second["id"]]


@pytest.mark.usefixtures("aws")
def test_disabled_profile_is_shown() -> None:
    """Its owner may know that it is disabled."""
    create_user("grace@example.org", status="disabled")

    assert me(claims()).body["status"] == "disabled"


def test_profile_that_cannot_be_made_in_time_is_unavailable(stubbed: Stubber) -> None:
    """Who is overtaken until time is short is asked to come back."""
    refused = {"Code": "ConditionalCheckFailed"}
    stubbed.add_response("get_item", {})
    stubbed.add_client_error(
        "transact_write_items",
        "TransactionCanceledException",
        modeled_fields={"CancellationReasons": [{"Code": "None"}, refused, refused]},
    )

    assert me(claims(), context=Context(remaining_milliseconds=4_900)).status == 503
