"""Users: an API to manage users, and an event for each change of a user."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from components.access import Jwt
from components.table_spec import Index, TableSpec
from wiring.declared import Declared, Route

if TYPE_CHECKING:
    from components.data import Table
    from wiring.platform import Platform

READ, WRITE = Jwt(("users/read",)), Jwt(("users/write",))

DECLARED = Declared(
    scopes={"users/read": "Read users", "users/write": "Create, change and delete users"},
    routes={
        "POST /users": Route("users.create", WRITE),
        "GET /users": Route("users.list", READ),
        "GET /users/{userId}": Route("users.read", READ),
        "PATCH /users/{userId}": Route("users.change", WRITE),
        "POST /users/{userId}": Route("users.change", WRITE),
        "DELETE /users/{userId}": Route("users.delete", WRITE),
    },
    tables={
        "users": TableSpec(
            key="id",
            indexes={"by-creation": Index("listing", sort="id"), "by-email": Index("emailKey")},
            stream=True,
        ),
        "identities": TableSpec(key="identity"),
    },
    events=("user.created", "user.updated", "user.deleted"),
)


class Users(NamedTuple):
    """The tables that other domains use.

    Attributes:
        users: one item for each user.
        identities: the user to whom an email address or a sign-in belongs.
    """

    users: Table
    identities: Table


def wire(platform: Platform) -> Users:
    """Create the tables, the functions of the routes, and the function that publishes events."""
    users, identities = platform.tables(DECLARED)
    platform.route(
        "users.create",
        users.use("PutItem"),
        identities.use("PutItem"),
        platform.idempotency.use("PutItem"),
    )
    platform.route(
        "users.list", users.use("Query", index="by-creation"), users.use("Query", index="by-email")
    )
    platform.route("users.read", users.use("GetItem"))
    platform.route(
        "users.change", users.use("GetItem", "UpdateItem"), identities.use("PutItem", "DeleteItem")
    )
    platform.route(
        "users.delete", users.use("GetItem", "UpdateItem", "DeleteItem"), identities.use("DeleteItem")
    )
    platform.stream(users, "users.publish", platform.publish(DECLARED))
    return Users(users, identities)
