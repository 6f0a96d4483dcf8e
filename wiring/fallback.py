"""Fallback: the response to requests that match no route."""

from __future__ import annotations

from typing import TYPE_CHECKING

from components.access import Public
from wiring.declared import FALLBACK, Declared, Route

if TYPE_CHECKING:
    from wiring.platform import Platform

DECLARED = Declared(
    routes={
        FALLBACK: Route("fallback.not_found", Public("unknown paths return the same 404 to every caller"))
    }
)


def wire(platform: Platform) -> None:
    """Create the function that returns 404."""
    platform.route("fallback.not_found")
