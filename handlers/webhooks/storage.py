"""Marks of received deliveries, in the table of idempotency keys; they expire when no longer needed."""

from __future__ import annotations

from handlers.kit import dynamodb
from handlers.kit.environment import variable
from handlers.webhooks.errors import DeliveryRepeated


def mark_received(delivery: str, expires_at: int) -> None:
    """Mark a delivery as received, at least until `expires_at` (epoch seconds).

    Raises:
        DeliveryRepeated: it is marked already.
    """
    try:
        dynamodb.call(
            dynamodb.client().put_item,
            TableName=variable("IDEMPOTENCY_TABLE"),
            Item={"key": {"S": delivery}, "expiresAt": {"N": str(expires_at)}},
            ConditionExpression="attribute_not_exists(#key)",
            ExpressionAttributeNames={"#key": "key"},
        )
    except dynamodb.ConditionFailedError as failed:
        raise DeliveryRepeated("deliver the event again with a new signature") from failed


def unmark_received(delivery: str) -> None:
    """Delete the mark of a delivery."""
    dynamodb.call(
        dynamodb.client().delete_item,
        TableName=variable("IDEMPOTENCY_TABLE"),
        Key={"key": {"S": delivery}},
    )
