"""The table of sign-ins that have ended, whose access tokens may still be valid.

session-ends      session (origin_jti)       expiresAt
"""

from __future__ import annotations

import time

from handlers.kit import dynamodb
from handlers.kit.environment import variable

ENDED_SECONDS = 600
"""How long an end is stored: longer than an access token and a ticket are valid together."""


def mark(session: str) -> None:
    """Store that a sign-in has ended; idempotent."""
    dynamodb.call(
        dynamodb.client().put_item,
        TableName=variable("SESSION_ENDS_TABLE"),
        Item={"session": {"S": session}, "expiresAt": {"N": str(int(time.time()) + ENDED_SECONDS)}},
    )


def is_ended(session: str) -> bool:
    """Return whether a sign-in has ended, strongly consistent."""
    return dynamodb.read(variable("SESSION_ENDS_TABLE"), {"session": {"S": session}}) is not None
