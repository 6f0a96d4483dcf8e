"""One's own profile, made on first sight."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest

from local.deployment import people
from tests.local.platform import Platform, address


@contextmanager
def newcomer(platform: Platform, *, email: str | None = None, verified: bool = True) -> Iterator[str]:
    """Somebody who has just signed up; gives their access token."""
    cognito, pool = platform.cloud.client("cognito-idp"), platform.outputs["userPoolId"]
    person = people.Person(email or address(), "A-newcomer-is-here-1", "Grace Hopper")
    attributes = {"email": person.email, "name": person.name, "email_verified": str(verified).lower()}
    cognito.admin_create_user(
        UserPoolId=pool,
        Username=person.email,
        UserAttributes=[{"Name": name, "Value": value} for name, value in attributes.items()],
        MessageAction="SUPPRESS",
    )
    cognito.admin_set_user_password(
        UserPoolId=pool, Username=person.email, Password=person.password, Permanent=True
    )
    people.PEOPLE[person.email] = person
    try:
        yield people.token(platform.cloud, platform.outputs, user=person.email)
    finally:
        del people.PEOPLE[person.email]
        cognito.admin_delete_user(UserPoolId=pool, Username=person.email)


def profile(platform: Platform, token: str) -> Mapping[str, Any]:
    """Somebody's profile, as they see it."""
    answer = platform.ask("GET", "/me", token)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_profile_is_made_on_first_sight_and_stays(platform: Platform) -> None:
    """It has the address and the name of the sign-in, and is the same the next time."""
    email = address()
    with newcomer(platform, email=email) as token:
        first = profile(platform, token)
        assert (first["email"], first["name"], first["version"]) == (email, "Grace Hopper", 1)
        assert profile(platform, token) == first
        assert platform.ask("GET", f"/users/{first['id']}", platform.admin).json() == first


def test_a_change_may_come_before_the_first_sight(platform: Platform) -> None:
    """A profile that is changed before it was ever read is made, then changed."""
    with newcomer(platform) as token:
        answer = platform.ask("PATCH", "/me", token, json={"name": "Amazing Grace"})

        assert (answer.status_code, answer.json()["name"]) == (200, "Amazing Grace")
        assert profile(platform, token) == answer.json()


def test_one_changes_one_s_name_and_phone_and_nothing_else(platform: Platform) -> None:
    """The address is the sign-in's and the status an administrator's to change."""
    with newcomer(platform) as token:
        tag = platform.ask("GET", "/me", token).headers["ETag"]
        changed = platform.ask(
            "PATCH", "/me", token, json={"phone": "+15551234567"}, headers={"If-Match": tag}
        )
        assert (changed.status_code, changed.json()["phone"]) == (200, "+15551234567")
        stale = platform.ask("PATCH", "/me", token, json={"name": "x"}, headers={"If-Match": tag})
        assert stale.status_code == 412
        for body in ({"email": address()}, {"status": "disabled"}, {"version": 7}):
            assert platform.ask("PATCH", "/me", token, json=body).status_code == 400


def test_a_profile_that_waits_under_a_verified_address_becomes_one_s_own(platform: Platform) -> None:
    """What an administrator prepared is found on first sight."""
    prepared = platform.create(name="Prepared")
    with newcomer(platform, email=prepared["email"]) as token:
        linked = profile(platform, token)

    assert (linked["id"], linked["name"]) == (prepared["id"], "Prepared")


def test_a_profile_that_waits_under_an_unverified_address_is_not_given_away(platform: Platform) -> None:
    """Anybody can claim an address; only its owner can verify it."""
    prepared = platform.create()
    with newcomer(platform, email=prepared["email"], verified=False) as token:
        answer = platform.ask("GET", "/me", token)

    assert (answer.status_code, answer.headers["Content-Type"]) == (403, "application/problem+json")


def test_a_machine_has_no_profile(platform: Platform) -> None:
    """A program is nobody, whatever it may do."""
    for method in ("GET", "PATCH"):
        answer = platform.ask(method, "/me", platform.machine("provisioning"), json={})
        assert (answer.status_code, answer.headers["Content-Type"]) == (403, "application/problem+json")


@pytest.mark.parametrize("status", ["disabled", "active"])
def test_a_disabled_profile_can_be_seen_and_not_changed(platform: Platform, status: str) -> None:
    """An administrator's word stands above its owner's."""
    with newcomer(platform) as token:
        own = profile(platform, token)
        platform.ask("PATCH", f"/users/{own['id']}", platform.admin, json={"status": status})

        assert profile(platform, token)["status"] == status
        expected = {"disabled": 403, "active": 200}[status]
        assert platform.ask("PATCH", "/me", token, json={"name": "x"}).status_code == expected
