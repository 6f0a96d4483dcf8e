"""Requests that use every permission of the widgets functions."""

from __future__ import annotations

from typing import Any

from tests.local.platform import Platform, until
from tests.local.users.profiles import profile


def tour(platform: Platform) -> None:
    """Create a widget and read it until it is confirmed, as a person who has a profile."""
    profile(platform, platform.admin)
    response = platform.ask("POST", "/widgets", platform.admin, json={"name": "Ada's widget"})
    assert response.status_code == 201, response.text
    path = f"/widgets/{response.json()['id']}"

    def status() -> Any:
        return platform.ask("GET", path, platform.admin).json()["status"]

    until(status, "confirmed")
