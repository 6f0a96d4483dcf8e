"""Users and token claims for tests."""

from __future__ import annotations

import time
from typing import Any

from handlers.me.read import handler as me
from handlers.users.change import handler as change
from handlers.users.create import handler as create
from handlers.users.delete import handler as delete_user
from tests.unit.handlers.lambda_ import call, request

CALLER = {"sub": "0f1e2d3c-aaaa-4bbb-8ccc-000000000001", "client_id": "browser", "token_use": "access"}


def create_user(email: str = "ada@example.org", **more: Any) -> dict[str, Any]:
    """Create a user through the API and return it."""
    reply = call(create, request(claims=CALLER, body={"email": email, "name": "Ada", **more}))
    assert reply.status == 201, reply
    return reply.body


def claims(subject: str = "grace", **changes: str) -> dict[str, str]:
    """Return the claims of a person's access token, as the gateway passes them; empty ones are omitted.

    The token is valid for an hour.
    """
    given = {
        "sub": f"5f3c9d1e-0b7a-4c55-9c3b-{subject}",
        "username": f"5f3c9d1e-0b7a-4c55-9c3b-{subject}",
        "client_id": "browser",
        "token_use": "access",
        "email": f"{subject}@example.org",
        "email_verified": "true",
        "name": "Grace Hopper",
        "exp": str(int(time.time()) + 3_600),
        **changes,
    }
    return {name: value for name, value in given.items() if value}


def link(subject: str) -> str:
    """Create the profile of a sign-in, by its first request, and return its id."""
    reply = call(me, request(claims=claims(sub=subject, username=subject)))
    assert reply.status == 200, reply
    return reply.body["id"]


def enable(user_id: str) -> None:
    """Enable a user."""
    _set_status(user_id, "active")


def disable(user_id: str) -> None:
    """Disable a user."""
    _set_status(user_id, "disabled")


def delete(user_id: str) -> None:
    """Delete a user."""
    assert call(delete_user, request(path={"userId": user_id})).status == 204


def _set_status(user_id: str, status: str) -> None:
    assert call(change, request(path={"userId": user_id}, body={"status": status})).status == 200
