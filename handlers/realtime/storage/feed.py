"""The table of recent messages per audience, and the record of the events that were pushed.

feed          audience, position         message, expiresAt; a position is `<milliseconds>#<event id>`
"""

from __future__ import annotations

import time
from collections.abc import Collection
from itertools import islice
from typing import TYPE_CHECKING

from handlers.events import effect
from handlers.kit import dynamodb
from handlers.kit.environment import variable

if TYPE_CHECKING:
    from types_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

FEED_SECONDS = 600
"""How long a message is stored."""


def append(event_id: str, audiences: Collection[str], moment: int, message: bytes) -> bool:
    """Append an event's message to the feeds of audiences, at a time in milliseconds.

    An event that was appended but not marked as pushed is appended again, at the new time: a browser with a
    later token does not read the old position.

    Returns:
        Whether it was appended; False if the event is marked as pushed.
    """
    writes = {audience: _put(audience, f"{moment:013d}#{event_id}", message) for audience in audiences}
    try:
        dynamodb.transact({"effect": effect.not_done_item(_effect(event_id)), **writes})
    except dynamodb.TransactionCanceledError:
        return False
    return True


def is_pushed(page_id: str) -> bool:
    """Return whether a page is marked as pushed."""
    try:
        dynamodb.transact({"effect": effect.not_done_item(_effect(page_id))})
    except dynamodb.TransactionCanceledError:
        return True
    return False


def mark_pushed(event_id: str) -> None:
    """Mark an event or a page as pushed, so that it is not pushed again; idempotent."""
    try:
        dynamodb.transact({"effect": effect.done_item(_effect(event_id))})
    except dynamodb.TransactionCanceledError:
        return  # a concurrent delivery of the same event has marked it


def read_after(audience: str, moment: int, limit: int) -> list[bytes]:
    """Return up to `limit` messages of an audience's feed after a time in milliseconds, oldest first."""
    pages = dynamodb.query(
        TableName=variable("FEED_TABLE"),
        KeyConditionExpression="audience = :audience AND #position > :after",
        ExpressionAttributeNames={"#position": "position"},
        ExpressionAttributeValues={":audience": {"S": audience}, ":after": {"S": f"{moment:013d}"}},
        ConsistentRead=True,
        Limit=limit,
    )
    items = islice((item for page in pages for item in page["Items"]), limit)
    return [item["message"]["S"].encode() for item in items]


def _effect(event_id: str) -> str:
    return f"push:{event_id}"


def _put(audience: str, position: str, message: bytes) -> TransactWriteItemTypeDef:
    return {
        "Put": {
            "TableName": variable("FEED_TABLE"),
            "Item": {
                "audience": {"S": audience},
                "position": {"S": position},
                "message": {"S": message.decode()},
                "expiresAt": {"N": str(int(time.time()) + FEED_SECONDS)},
            },
        }
    }
