"""Fallback: the response to requests that match no route."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from components.access import Public
from wiring.declared import FALLBACK, Declared, Route

if TYPE_CHECKING:
    from wiring.platform import Platform

DECLARED = Declared(
    routes={
        FALLBACK: Route(
            "fallback.not_found", Public("unknown routes return the same 404 or 405 to every caller")
        )
    }
)
ROUTES = "handlers/fallback/routes.json"
"""Where the function finds the route keys in its bundle."""


def wire(platform: Platform) -> None:
    """Create the function with the route keys of all domains in its bundle."""
    keys = sorted(key for key in platform.declared.routes if key != FALLBACK)
    platform.route("fallback.not_found", files={ROUTES: json.dumps(keys)})
