"""People who sign up, and their profiles."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

from local.deployment import people
from tests.local.platform import Platform, address


@contextmanager
def newcomer(platform: Platform, *, email: str | None = None, verified: bool = True) -> Iterator[str]:
    """Yield the access token of a person who has just signed up, and delete the person afterwards."""
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
        with suppress(cognito.exceptions.UserNotFoundException):  # The platform has deleted it.
            cognito.admin_delete_user(UserPoolId=pool, Username=person.email)


def profile(platform: Platform, token: str) -> Mapping[str, Any]:
    """Return the profile of the token's owner."""
    response = platform.ask("GET", "/me", token)
    assert response.status_code == 200, response.text
    return response.json()


def set_status(platform: Platform, user_id: str, status: str) -> None:
    """Change the status of a user, as an administrator."""
    response = platform.ask("PATCH", f"/users/{user_id}", platform.admin, json={"status": status})
    assert response.status_code == 200, response.text


def can_sign_in(platform: Platform, email: str) -> bool | None:
    """Return whether the user pool allows a person to sign in; None if it does not have the person."""
    cognito = platform.cloud.client("cognito-idp")
    try:
        found = cognito.admin_get_user(UserPoolId=platform.outputs["userPoolId"], Username=email)
    except cognito.exceptions.UserNotFoundException:
        return None
    return found["Enabled"]


def verify_phone(platform: Platform, token: str, phone: str) -> Mapping[str, Any]:
    """Enter and verify a phone number, which receives one text message, and return the profile.

    The profile gets two new versions.
    """
    for path, body, status in (("PATCH /me", {"phone": phone}, 200), ("POST /me/phone-codes", None, 202)):
        response = platform.ask(*path.split(), token, json=body)
        assert response.status_code == status, response.text
    response = platform.ask("POST", "/me/phone", token, json={"code": code_sent_to(platform, phone)})
    assert response.status_code == 200, response.text
    return response.json()


def code_sent_to(platform: Platform, phone: str) -> str:
    """Return the code in the last text message to a phone number."""
    code, _, text = platform.texts(phone)[-1].partition(" ")
    assert text.startswith("is your Strata code"), text
    return code
