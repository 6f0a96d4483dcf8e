"""Users and tokens as tests need them."""

from __future__ import annotations

import time
from typing import Any

from handlers.users.create import handler as create
from tests.unit.handlers.lambda_ import call, request

GATE = {"sub": "0f1e2d3c-aaaa-4bbb-8ccc-000000000001", "client_id": "browser", "token_use": "access"}


def create_user(email: str = "ada@example.org", **more: Any) -> dict[str, Any]:
    """Create a user through the API and answer it."""
    reply = call(create, request(claims=GATE, body={"email": email, "name": "Ada", **more}))
    assert reply.status == 201, reply
    return reply.body


def claims(subject: str = "grace", **changes: str) -> dict[str, str]:
    """The claims of a person's access token, as the gateway passes them; an empty one is left out.

    The token is good for another hour.
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
