"""Users and token claims for tests."""

from __future__ import annotations

import time
from typing import Any

from handlers.users.create import handler as create
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
