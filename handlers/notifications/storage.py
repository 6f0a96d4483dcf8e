"""Where it is kept that an address must not be written to: a DynamoDB table, known to this module alone.

addresses     address              the address in lower case; why, since when, and whose mail told so
"""

from __future__ import annotations

from handlers.kit import dynamodb
from handlers.kit.environment import variable
from handlers.notifications.models import Mark


def is_marked(address: str) -> bool:
    """Whether an address must not be written to, as of now."""
    answer = dynamodb.call(
        dynamodb.client().get_item,
        TableName=variable("ADDRESSES_TABLE"),
        Key={"address": {"S": address.lower()}},
        ConsistentRead=True,
    )
    return "Item" in answer


def mark(given: Mark) -> None:
    """Keep that an address must not be written to; the same mark again changes nothing."""
    dynamodb.call(
        dynamodb.client().put_item,
        TableName=variable("ADDRESSES_TABLE"),
        Item={
            "address": {"S": given.address.lower()},
            "reason": {"S": given.reason},
            "at": {"S": given.at},
            "correlationId": {"S": given.correlation_id},
        },
    )
