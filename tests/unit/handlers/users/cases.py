"""A request for each status of the users operations."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from handlers.kit.ids import new_id
from tests.unit.handlers.contract import Case, operation
from tests.unit.handlers.lambda_ import call, request
from tests.unit.handlers.people import claims, create_user

ADA = {"email": "ada@example.org", "name": "Ada"}
STALE = {"If-Match": '"9"'}
PLAIN = {"Content-Type": "text/plain"}
LARGE = "x" * 20_000
PROGRAM = {"claims": claims(username="")}
"""The caller of a request for which no profile is read."""


def existing() -> str:
    """Add a user and return its id."""
    return create_user()["id"]


def existing_beside_another() -> str:
    """Add two users and return the id of the second."""
    create_user("grace@example.org")
    return existing()


def used_key() -> None:
    """Create a user with the idempotency key `k` and another name."""
    create = operation("handlers.users.create:handler")
    call(create, request(claims=claims(), headers={"Idempotency-Key": "k"}, body={**ADA, "name": "B"}))


def disabled_caller() -> str:
    """Disable the caller's profile and return its id."""
    return create_user("grace@example.org", status="disabled")["id"]


def anyone(**arguments: Any) -> dict[str, Any]:
    """Return the arguments of a signed-in caller's request."""
    return {"claims": claims(), **arguments}


def on_user(**arguments: Any) -> Callable[[str], dict[str, Any]]:
    """A request on the user whose id `before` returned."""
    return lambda user_id: anyone(path={"userId": user_id}, **arguments)


CASES = [
    Case("users.create", 201, anyone(body=ADA)),
    Case("users.create", 400, anyone(body={})),
    Case("users.create", 403, anyone(body=ADA), disabled_caller),
    Case("users.create", 409, anyone(body=ADA), existing),
    Case("users.create", 413, anyone(text=LARGE)),
    Case("users.create", 415, anyone(text="{}", headers=PLAIN)),
    Case("users.create", 422, anyone(body=ADA, headers={"Idempotency-Key": "k"}), used_key),
    Case("users.create", 503, PROGRAM | {"body": ADA}, busy="transact_write_items"),
    Case("users.list", 200, anyone(), existing_beside_another),
    Case("users.list", 400, anyone(query={"limit": "0"})),
    Case("users.list", 403, anyone(), disabled_caller),
    Case("users.list", 503, PROGRAM, busy="query"),
    Case("users.read", 200, on_user(), existing),
    Case("users.read", 400, anyone(path={"userId": "1"})),
    Case("users.read", 403, on_user(), disabled_caller),
    Case("users.read", 404, on_user(), new_id),
    Case("users.read", 503, on_user(), new_id, busy="get_item"),
    Case("users.change", 200, on_user(body={"name": "B"}), existing),
    Case("users.change", 400, on_user(body={"name": ""}), existing),
    Case("users.change", 403, on_user(body={"status": "active"}), disabled_caller),
    Case("users.change", 404, on_user(body={"name": "B"}), new_id),
    Case("users.change", 409, on_user(body={"email": "grace@example.org"}), existing_beside_another),
    Case("users.change", 412, on_user(body={"name": "B"}, headers=STALE), existing),
    Case("users.change", 413, on_user(text=LARGE), new_id),
    Case("users.change", 415, on_user(text="{}", headers=PLAIN), new_id),
    Case("users.change", 503, on_user(body={"name": "B"}), new_id, busy="get_item"),
    Case("users.delete", 204, on_user(), existing),
    Case("users.delete", 400, anyone(path={"userId": "1"})),
    Case("users.delete", 403, on_user(), disabled_caller),
    Case("users.delete", 404, on_user(), new_id),
    Case("users.delete", 412, on_user(headers=STALE), existing),
    Case("users.delete", 503, on_user(), new_id, busy="get_item"),
]
