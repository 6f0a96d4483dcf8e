"""What the push keeps: three DynamoDB tables, known to this module alone.

    tickets       ticket                     the SHA-256 of a ticket, and the pass that it stands for
    connections   audience, connectionId     an open connection, under what it is told
    feed          audience, position         what was told lately; positions are milliseconds#event id

A connection knows its audience by itself, from its authorizer, so no index is needed to find it; and a
query of the table, unlike one of an index, sees a connection that was stored a moment ago.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING, Any

from handlers.events import effect
from handlers.kit import clock, dynamodb
from handlers.kit.environment import variable
from handlers.realtime.models import Pass

if TYPE_CHECKING:
    from types_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

CONNECTION_SECONDS = 2 * 3600 + 600
"""The gateway ends a connection after two hours."""
FEED_SECONDS = 600
OPENING_SECONDS = 5
"""A connection is stored before it is open; until then, whoever pushes is told that it is gone."""


def keep_ticket(digest: str, holder: Pass, expires_at: int) -> None:
    """Keep a ticket until it is taken, or expires (epoch seconds)."""
    dynamodb.call(
        dynamodb.client().put_item,
        TableName=variable("TICKETS_TABLE"),
        Item={
            "ticket": {"S": digest},
            "subject": {"S": holder.subject},
            "audience": {"S": holder.audience},
            "expiresAt": {"N": str(expires_at)},
        },
    )


def take_ticket(digest: str) -> Pass | None:
    """The pass that a ticket stands for, which is then no more; None where there is none.

    DynamoDB removes what has expired when it pleases, so the condition looks at the time itself.
    """
    taken = _delete(
        TableName=variable("TICKETS_TABLE"),
        Key={"ticket": {"S": digest}},
        ConditionExpression="expiresAt > :now",
        ExpressionAttributeValues={":now": {"N": str(int(time.time()))}},
        ReturnValues="ALL_OLD",
    )
    return Pass(taken["subject"]["S"], taken["audience"]["S"]) if taken else None


def open_connection(audience: str, connection_id: str) -> None:
    """A connection is about to be open."""
    now = int(time.time())
    dynamodb.call(
        dynamodb.client().put_item,
        TableName=variable("CONNECTIONS_TABLE"),
        Item={
            **_connection(audience, connection_id),
            "connectedAt": {"S": clock.now()},
            "openAt": {"N": str(now + OPENING_SECONDS)},
            "expiresAt": {"N": str(now + CONNECTION_SECONDS)},
        },
    )


def close_connection(audience: str, connection_id: str) -> None:
    """A connection is closed."""
    _delete(TableName=variable("CONNECTIONS_TABLE"), Key=_connection(audience, connection_id))


def forget_connection(audience: str, connection_id: str) -> None:
    """A connection is gone, unless it is only about to be open."""
    _delete(
        TableName=variable("CONNECTIONS_TABLE"),
        Key=_connection(audience, connection_id),
        ConditionExpression="openAt < :now",
        ExpressionAttributeValues={":now": {"N": str(int(time.time()))}},
    )


def connections(audience: str) -> Iterator[list[str]]:
    """The ids of an audience's connections, in pages."""
    pages = (
        dynamodb.client()
        .get_paginator("query")
        .paginate(
            TableName=variable("CONNECTIONS_TABLE"),
            KeyConditionExpression="audience = :audience",
            ExpressionAttributeValues={":audience": {"S": audience}},
            ProjectionExpression="connectionId",
            ConsistentRead=True,
        )
    )
    for page in _asked(pages):
        yield [item["connectionId"]["S"] for item in page["Items"]]


def feed(event_id: str, audiences: Collection[str], moment: int, message: bytes) -> bool:
    """Add a message to the audiences' feeds at a moment in milliseconds; whether it was not pushed before.

    One that was stored and not pushed is stored again: at its old place, who has a later token would not
    look for it.
    """
    writes = {audience: _fed(audience, f"{moment:013d}#{event_id}", message) for audience in audiences}
    try:
        dynamodb.transact({"effect": effect.not_done_item(_effect(event_id)), **writes})
    except dynamodb.TransactionCanceledError:
        return False
    return True


def pushed(event_id: str) -> None:
    """An event has been pushed to all: nobody shall push it again."""
    try:
        dynamodb.transact({"effect": effect.done_item(_effect(event_id))})
    except dynamodb.TransactionCanceledError:
        return  # another delivery of the same event was as quick


def fed(audience: str, after: int, most: int) -> list[bytes]:
    """The messages of an audience's feed after a moment in milliseconds, oldest first, at most so many."""
    pages = (
        dynamodb.client()
        .get_paginator("query")
        .paginate(
            TableName=variable("FEED_TABLE"),
            KeyConditionExpression="audience = :audience AND #position > :after",
            ExpressionAttributeNames={"#position": "position"},
            ExpressionAttributeValues={":audience": {"S": audience}, ":after": {"S": f"{after:013d}"}},
            ConsistentRead=True,
            PaginationConfig={"MaxItems": most},
        )
    )
    return [item["message"]["S"].encode() for page in _asked(pages) for item in page["Items"]]


def _effect(event_id: str) -> str:
    return f"push:{event_id}"


def _fed(audience: str, position: str, message: bytes) -> TransactWriteItemTypeDef:
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


def _connection(audience: str, connection_id: str) -> dict[str, Any]:
    return {"audience": {"S": audience}, "connectionId": {"S": connection_id}}


def _asked(pages: Any) -> Iterator[Any]:
    """Each page, asked for as `dynamodb.call` asks."""
    iterator = iter(pages)
    while (page := dynamodb.call(next, iterator, None)) is not None:
        yield page


def _delete(**arguments: Any) -> Any:
    """What was deleted, where that was asked for; None where the condition does not hold."""
    from botocore.exceptions import ClientError

    try:
        return dynamodb.call(dynamodb.client().delete_item, **arguments).get("Attributes")
    except ClientError as error:
        if not dynamodb.condition_failed(error):
            raise
        return None
