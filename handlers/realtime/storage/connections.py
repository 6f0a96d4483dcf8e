"""The table of connections.

    connections   audience, connectionId     connectedAt, openAt, expiresAt

Every route knows the audience of its connection from the authorizer, so no index is needed to find it.
Queries are strongly consistent, which an index does not support: they return a connection stored just before.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

from handlers.kit import clock, dynamodb
from handlers.kit.environment import variable
from handlers.realtime.storage.queries import delete_if, query

if TYPE_CHECKING:
    from types_boto3_dynamodb.type_defs import AttributeValueTypeDef

CONNECTION_SECONDS = 2 * 3600 + 600
"""How long a connection is stored: API Gateway closes it after two hours."""
OPENING_SECONDS = 5
"""How long opening may take; until a stored connection is open, API Gateway reports it as gone."""


def connect(audience: str, connection_id: str) -> None:
    """Store a connection that is about to open."""
    now = int(time.time())
    dynamodb.call(
        dynamodb.client().put_item,
        TableName=variable("CONNECTIONS_TABLE"),
        Item={
            **_key(audience, connection_id),
            "connectedAt": {"S": clock.now()},
            "openAt": {"N": str(now + OPENING_SECONDS)},
            "expiresAt": {"N": str(now + CONNECTION_SECONDS)},
        },
    )


def disconnect(audience: str, connection_id: str) -> None:
    """Delete a closed connection; the call is idempotent."""
    dynamodb.call(
        dynamodb.client().delete_item,
        TableName=variable("CONNECTIONS_TABLE"),
        Key=_key(audience, connection_id),
    )


def remove_gone(audience: str, connection_id: str) -> None:
    """Delete a connection that API Gateway reports as gone, unless it may still be opening."""
    delete_if(
        "openAt < :now",
        TableName=variable("CONNECTIONS_TABLE"),
        Key=_key(audience, connection_id),
        ExpressionAttributeValues={":now": {"N": str(int(time.time()))}},
    )


def ids_of(audience: str, after: str | None = None, last: str | None = None) -> Iterator[str]:
    """Yield the ids of an audience's connections in order: those after one, up to and including another."""
    values = {":audience": audience, ":after": after, ":last": last}
    bounds = "connectionId BETWEEN :after AND :last" if after and last else _bound(after, last)
    pages = query(
        TableName=variable("CONNECTIONS_TABLE"),
        KeyConditionExpression=" AND ".join(filter(None, ("audience = :audience", bounds))),
        ExpressionAttributeValues={name: {"S": value} for name, value in values.items() if value},
        ProjectionExpression="connectionId",
        ConsistentRead=True,
    )
    # BETWEEN, the only condition with two bounds, includes the first one.
    return (
        found for page in pages for item in page["Items"] if (found := item["connectionId"]["S"]) != after
    )


def _bound(after: str | None, last: str | None) -> str | None:
    if last:
        return "connectionId <= :last"
    return "connectionId > :after" if after else None


def _key(audience: str, connection_id: str) -> dict[str, AttributeValueTypeDef]:
    return {"audience": {"S": audience}, "connectionId": {"S": connection_id}}
