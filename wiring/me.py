"""Me: the caller's own profile and preferences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from components.access import Jwt
from wiring.declared import Declared, Route

if TYPE_CHECKING:
    from wiring.platform import Platform
    from wiring.users import Users

DECLARED = Declared(
    routes={
        "GET /me": Route("me.read", Jwt()),
        "PATCH /me": Route("me.change", Jwt()),
        "GET /me/preferences": Route("me.preferences_read", Jwt()),
        "PATCH /me/preferences": Route("me.preferences_change", Jwt()),
    }
)


def wire(platform: Platform, people: Users) -> None:
    """Create the functions; each one creates the profile at the caller's first request."""
    uses = (
        people.users.use("GetItem", "PutItem", "UpdateItem"),
        people.identities.use("GetItem", "PutItem"),
    )
    for route in DECLARED.routes.values():
        platform.route(route.function, *uses)
