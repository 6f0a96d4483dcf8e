"""Health: a route that responds with the deployed version."""

from __future__ import annotations

from typing import TYPE_CHECKING

from components.access import Public
from wiring.declared import Declared, Route

if TYPE_CHECKING:
    from wiring.platform import Platform

DECLARED = Declared(
    routes={"GET /health": Route("health.read", Public("load balancers and monitors send no token"))}
)


def wire(platform: Platform) -> None:
    """Create the function."""
    from wiring.platform import env

    platform.route("health.read", env(VERSION=platform.settings.version))
