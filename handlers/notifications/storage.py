"""The suppression list: a DynamoDB table that only this module accesses.

addresses     address              in lower case, with reason, at and correlationId of the feedback
"""

from __future__ import annotations

from handlers.kit import dynamodb
from handlers.kit.environment import variable
from handlers.notifications.models import Suppression


def is_suppressed(address: str) -> bool:
    """Return whether an address is on the suppression list (strongly consistent)."""
    return dynamodb.read(variable("ADDRESSES_TABLE"), {"address": {"S": address.lower()}}) is not None


def suppress(suppression: Suppression) -> None:
    """Put an address on the suppression list; the call is idempotent."""
    dynamodb.call(
        dynamodb.client().put_item,
        TableName=variable("ADDRESSES_TABLE"),
        Item={
            "address": {"S": suppression.address.lower()},
            "reason": {"S": suppression.reason},
            "at": {"S": suppression.at},
            "correlationId": {"S": suppression.correlation_id},
        },
    )
