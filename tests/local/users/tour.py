"""Requests that use every permission of the users functions."""

from __future__ import annotations

from tests.local.platform import Platform, address, until
from tests.local.users.profiles import profile


def tour(platform: Platform) -> None:
    """Create, list, find, read, change and delete users, as a person who has a profile."""
    profile(platform, platform.admin)
    user = platform.create()
    path = f"/users/{user['id']}"
    key = {"Idempotency-Key": address()}
    platform.ask("POST", "/users", platform.admin, json={"email": address(), "name": "x"}, headers=key)
    platform.ask("GET", "/users", platform.admin)
    platform.ask("GET", "/users", platform.admin, params={"email": user["email"]})
    platform.ask("GET", path, platform.admin)
    platform.ask("PATCH", path, platform.admin, json={"email": address()})
    platform.ask("DELETE", path, platform.admin)
    until(lambda: platform.mails(user["email"]))
