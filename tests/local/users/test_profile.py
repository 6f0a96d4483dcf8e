"""A person's own profile, which is created on the first request."""

from __future__ import annotations

from tests.local.platform import Platform, address
from tests.local.users.profiles import newcomer, profile


def test_first_read_creates_the_profile(platform: Platform) -> None:
    """The profile has the email address and the name of the sign-in; later reads return the same profile."""
    email = address()
    with newcomer(platform, email=email) as token:
        first = profile(platform, token)
        assert (first["email"], first["name"], first["version"]) == (email, "Grace Hopper", 1)
        assert profile(platform, token) == first
        assert platform.ask("GET", f"/users/{first['id']}", platform.admin).json() == first


def test_change_before_the_first_read_creates_the_profile(platform: Platform) -> None:
    """The profile is created, then changed."""
    with newcomer(platform) as token:
        response = platform.ask("PATCH", "/me", token, json={"name": "Amazing Grace"})

        assert (response.status_code, response.json()["name"]) == (200, "Amazing Grace")
        assert profile(platform, token) == response.json()


def test_person_changes_only_their_name_and_phone_number(platform: Platform) -> None:
    """The email address comes from the sign-in, and only an administrator changes the status."""
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


def test_prepared_profile_is_linked_by_a_verified_address(platform: Platform) -> None:
    """The first request finds the profile that an administrator created."""
    prepared = platform.create(name="Prepared")
    with newcomer(platform, email=prepared["email"]) as token:
        linked = profile(platform, token)

    assert (linked["id"], linked["name"]) == (prepared["id"], "Prepared")


def test_prepared_profile_is_not_linked_by_an_unverified_address(platform: Platform) -> None:
    """An unverified address does not prove ownership: 403."""
    prepared = platform.create()
    with newcomer(platform, email=prepared["email"], verified=False) as token:
        response = platform.ask("GET", "/me", token)

    assert (response.status_code, response.headers["Content-Type"]) == (403, "application/problem+json")


def test_machine_client_has_no_profile(platform: Platform) -> None:
    """A machine client receives 403, whatever its scopes."""
    for method in ("GET", "PATCH"):
        response = platform.ask(
            method, "/me", platform.machine("provisioning"), json=None if method == "GET" else {}
        )
        assert (response.status_code, response.headers["Content-Type"]) == (403, "application/problem+json")
