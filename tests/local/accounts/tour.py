"""Requests that use every permission of the function that changes sign-ins."""

from __future__ import annotations

from tests.local.platform import Platform, address, until
from tests.local.users.profiles import can_sign_in, newcomer, profile, set_status


def tour(platform: Platform) -> None:
    """Disable, enable and delete a person."""
    email = address()
    with newcomer(platform, email=email) as token:
        user_id = profile(platform, token)["id"]
        for status, expected in (("disabled", False), ("active", True)):
            set_status(platform, user_id, status)
            until(lambda wanted=expected: can_sign_in(platform, email) is wanted)
        platform.ask("DELETE", f"/users/{user_id}", platform.admin)
        until(lambda: can_sign_in(platform, email) is None)
