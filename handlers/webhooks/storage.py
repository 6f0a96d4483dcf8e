"""Which deliveries were taken: marks in the idempotency table, gone when they are of no more use."""

from __future__ import annotations

from handlers.kit import dynamodb
from handlers.kit.environment import variable
from handlers.webhooks.errors import DeliveryRepeated


def mark(delivery: str, expires_at: int) -> None:
    """Mark a delivery as taken, until `expires_at` (epoch seconds) at least.

    Raises:
        DeliveryRepeated: where it has been marked before.
    """
    from botocore.exceptions import ClientError

    try:
        dynamodb.call(
            dynamodb.client().put_item,
            TableName=variable("IDEMPOTENCY_TABLE"),
            Item={"key": {"S": delivery}, "expiresAt": {"N": str(expires_at)}},
            ConditionExpression="attribute_not_exists(#key)",
            ExpressionAttributeNames={"#key": "key"},
        )
    except ClientError as error:
        if not dynamodb.condition_failed(error):
            raise
        raise DeliveryRepeated("deliver the event anew, with a signature of its own") from error


def unmark(delivery: str) -> None:
    """Take a mark back."""
    dynamodb.call(
        dynamodb.client().delete_item,
        TableName=variable("IDEMPOTENCY_TABLE"),
        Key={"key": {"S": delivery}},
    )
