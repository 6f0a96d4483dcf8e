"""Users: an API to manage users, and an event for each change of a user."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from components.access import Jwt
from components.table_spec import Index, TableSpec
from wiring.declared import Declared, Route

if TYPE_CHECKING:
    from components.data import Table
    from components.pattern import Pattern
    from components.use import Use
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
        "identities": TableSpec(key="identity", ttl="expiresAt"),
    },
    events=("user.created", "user.updated", "user.deleted"),
)


ACCESS_CHANGED: Pattern = {
    "source": ["strata.users"],
    "$or": [
        {"detail-type": ["user.deleted"]},
        {"detail-type": ["user.updated"], "detail": {"data": {"changed": ["status"]}}},
    ],
}
"""Matches the events that change whether a person may act."""


class Users(NamedTuple):
    """The tables that other domains use.

    Attributes:
        users: one item for each user.
        identities: the user to whom an email address or a sign-in belongs.
    """

    users: Table
    identities: Table

    def use_access(self) -> tuple[Use, Use]:
        """Allow reading the profile of a sign-in, as `handlers.users.access` does."""
        return self.users.use("GetItem"), self.identities.use("GetItem")


def wire(platform: Platform) -> Users:
    """Create the tables, the functions of the routes, and the function that publishes events."""
    users, identities = platform.tables(DECLARED)
    people = Users(users, identities)
    platform.route(
        "users.create",
        *people.use_access(),
        users.use("PutItem"),
        identities.use("PutItem"),
        platform.idempotency.use("PutItem"),
    )
    platform.route(
        "users.list",
        *people.use_access(),
        users.use("Query", index="by-creation"),
        users.use("Query", index="by-email"),
    )
    platform.route("users.read", *people.use_access())
    platform.route(
        "users.change",
        *people.use_access(),
        users.use("UpdateItem"),
        identities.use("PutItem", "DeleteItem"),
    )
    platform.route(
        "users.delete",
        *people.use_access(),
        users.use("UpdateItem", "DeleteItem"),
        identities.use("PutItem", "DeleteItem"),
    )
    platform.stream(users, "users.publish", platform.publish(DECLARED))
    return people
