"""Requests that use every permission of a person's own functions."""

from __future__ import annotations

from tests.local.platform import Platform
from tests.local.users.profiles import newcomer, profile


def tour(platform: Platform) -> None:
    """Read and change profile and preferences as the first request of a new and of a known person."""
    for path, body in {"/me": {"name": "Renamed"}, "/me/preferences": {"email": False}}.items():
        for method in ("GET", "PATCH"):
            with newcomer(platform) as token:
                platform.ask(method, path, token, json=body)
                platform.ask(method, path, token, json=body)
            with newcomer(platform, email=platform.create()["email"]) as token:
                platform.ask(method, path, token, json=body)
                profile(platform, token)
