"""The table of tickets.

tickets       ticket (SHA-256)           subject, audience, session, expiresAt
"""

from __future__ import annotations

import time

from handlers.kit import dynamodb
from handlers.kit.environment import variable
from handlers.realtime.models import Principal


def issue(digest: str, principal: Principal, expires_at: int) -> None:
    """Store the digest of a ticket, which expires at `expires_at` (epoch seconds)."""
    dynamodb.call(
        dynamodb.client().put_item,
        TableName=variable("TICKETS_TABLE"),
        Item={
            "ticket": {"S": digest},
            "subject": {"S": principal.subject},
            "audience": {"S": principal.audience},
            "expiresAt": {"N": str(expires_at)},
            **({"session": {"S": principal.session}} if principal.session else {}),
        },
    )


def redeem(digest: str) -> Principal | None:
    """Delete a ticket and return its principal; None if there is no such ticket, or it has expired.

    The condition checks the expiry, because DynamoDB deletes expired items with a delay.
    """
    deleted = dynamodb.delete_if(
        "expiresAt > :now",
        TableName=variable("TICKETS_TABLE"),
        Key={"ticket": {"S": digest}},
        ExpressionAttributeValues={":now": {"N": str(int(time.time()))}},
        ReturnValues="ALL_OLD",
    )
    if deleted is None:
        return None
    item = deleted["Attributes"]
    session = item["session"]["S"] if "session" in item else ""
    return Principal(item["subject"]["S"], item["audience"]["S"], session)
