"""Me: the caller's own profile, preferences and phone number."""

from __future__ import annotations

from typing import TYPE_CHECKING

from components.access import Jwt
from components.table_spec import TableSpec
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
        "POST /me/phone-codes": Route("me.phone_code", Jwt()),
        "POST /me/phone": Route("me.phone_verify", Jwt()),
    },
    tables={"phone-codes": TableSpec(key="id", ttl="expiresAt")},
)


def wire(platform: Platform, people: Users) -> None:
    """Create the functions; each one creates the profile at the caller's first request."""
    from components.services import use_sms

    uses = (
        people.users.use("GetItem", "PutItem", "UpdateItem"),
        people.identities.use("GetItem", "PutItem"),
    )
    (codes,) = platform.tables(DECLARED)
    own = {
        "me.phone_code": (
            codes.use("PutItem", "UpdateItem"),
            use_sms(platform.settings.notifications.sms_countries),
        ),
        "me.phone_verify": (codes.use("UpdateItem", "DeleteItem"),),
    }
    for route in DECLARED.routes.values():
        platform.route(route.function, *uses, *own.get(route.function, ()))
