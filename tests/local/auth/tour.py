"""Requests that use every permission of the functions of the sign-in."""

from __future__ import annotations

from local.deployment.people import PEOPLE, Person
from tests.local import tokens
from tests.local.auth.browser import Browser
from tests.local.platform import Platform, until
from tests.local.users.profiles import can_sign_in, newcomer, profile, set_status


def tour(platform: Platform) -> None:
    """Sign in, refresh and sign out in every way, also as a person who may not act any more."""
    with newcomer(platform) as token:
        person, user_id = PEOPLE[tokens.claims(token)["email"]], profile(platform, token)["id"]
        for everywhere in (False, True):
            browser = _signed_in(platform, person)
            assert browser.fetch("POST", "/api/auth/refresh").status_code == 204
            assert browser.fetch("GET", "/api/auth/session").status_code == 200
            assert browser.fetch("POST", "/api/auth/logout", {"everywhere": everywhere}).status_code == 200
        _revoked(platform, person)
        _disabled(platform, person, user_id)


def _signed_in(platform: Platform, person: Person) -> Browser:
    browser = Browser(platform)
    assert browser.sign_in(person).headers["Location"] == "/"
    return browser


def _revoked(platform: Platform, person: Person) -> None:
    """Refresh a session whose tokens an administrator has revoked: the refresh ends it."""
    browser = _signed_in(platform, person)
    pool = platform.outputs["userPoolId"]
    platform.cloud.client("cognito-idp").admin_user_global_sign_out(UserPoolId=pool, Username=person.email)
    assert browser.fetch("POST", "/api/auth/refresh").status_code == 401


def _disabled(platform: Platform, person: Person, user_id: str) -> None:
    """Disable a person with a session, and let Cognito sign the person in all the same."""
    browser = _signed_in(platform, person)
    set_status(platform, user_id, "disabled")
    until(lambda: browser.fetch("GET", "/api/auth/session").status_code, 401)
    until(lambda: can_sign_in(platform, person.email) is False)
    pool = platform.outputs["userPoolId"]
    platform.cloud.client("cognito-idp").admin_enable_user(UserPoolId=pool, Username=person.email)
    denied = Browser(platform).sign_in(person)
    assert denied.headers["Location"] == "/sign-in?error=denied"
