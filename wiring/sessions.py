"""Sessions: people sign in through the backend, and their browsers hold no token that a script can read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from components.access import Public
from components.table_spec import Index, TableSpec
from wiring.declared import Declared, Route
from wiring.users import ACCESS_CHANGED

if TYPE_CHECKING:
    from wiring.platform import Platform
    from wiring.users import Users

COOKIE = Public("the handler checks the session's cookie")

DECLARED = Declared(
    routes={
        "GET /auth/login": Route("auth.login", Public("people sign in here")),
        "GET /auth/callback": Route("auth.callback", Public("the handler checks state and code")),
        "POST /auth/refresh": Route("auth.refresh", COOKIE),
        "POST /auth/logout": Route("auth.logout", COOKIE),
        "GET /auth/session": Route("auth.session", COOKIE),
    },
    tables={
        "sessions": TableSpec(
            key="id", indexes={"by-subject": Index("subject", sort="createdAt")}, ttl="expiresAt"
        )
    },
    events=("session.ended",),
)


def wire(platform: Platform, people: Users) -> None:
    """Create the table, the functions of the routes, and the consumer that ends the sessions of people."""
    from components.key import Key

    (sessions,) = platform.tables(DECLARED)
    key = Key("sessions", platform.settings, purpose="Refresh tokens")
    auth, of_person = platform.auth, sessions.use("Query", index="by-subject")
    client = (auth.use_login(), auth.use_secret(), platform.publish(DECLARED))
    platform.route("auth.login", auth.use_login())
    platform.route(
        "auth.callback",
        *people.use_access(),
        *client,
        sessions.use("PutItem", "DeleteItem"),
        key.use("Encrypt"),
    )
    platform.route(
        "auth.refresh",
        *people.use_access(),
        *client,
        sessions.use("UpdateItem", "DeleteItem"),
        key.use("Encrypt", "Decrypt"),
    )
    platform.route(
        "auth.logout",
        *client,
        sessions.use("UpdateItem", "DeleteItem"),
        of_person,
        key.use("Decrypt"),
        auth.use_sign_out(),
    )
    platform.route("auth.session", sessions.use("GetItem"), of_person)
    platform.consume(
        "sessions", "auth.end", ACCESS_CHANGED, *people.use_access(), sessions.use("DeleteItem"), of_person
    )
