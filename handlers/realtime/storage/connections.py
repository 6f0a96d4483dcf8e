"""The table of connections.

    connections   audience, connectionId     subject, session, connectedAt, openAt, expiresAt

Every route knows the audience of its connection from the authorizer, so no index is needed to find it.
Queries are strongly consistent, which an index does not support: they return a connection stored just before.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from handlers.kit import clock, dynamodb
from handlers.kit.environment import variable

if TYPE_CHECKING:
    from types_boto3_dynamodb.type_defs import AttributeValueTypeDef

CONNECTION_SECONDS = 2 * 3600 + 600
"""How long a connection is stored: API Gateway closes it after two hours."""
OPENING_SECONDS = 5
"""How long opening may take; until a stored connection is open, API Gateway reports it as gone."""


def connect(audience: str, connection_id: str, subject: str, session: str = "") -> None:
    """Store a connection of a subject that is about to open, and the sign-in that it belongs to."""
    now = int(time.time())
    dynamodb.call(
        dynamodb.client().put_item,
        TableName=variable("CONNECTIONS_TABLE"),
        Item={
            **_key(audience, connection_id),
            "subject": {"S": subject},
            **({"session": {"S": session}} if session else {}),
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


def remove_gone(audience: str, connection_id: str) -> bool:
    """Delete a connection that API Gateway reports as gone, unless it may still be opening.

    Returns:
        Whether it was deleted.
    """
    deleted = dynamodb.delete_if(
        "openAt < :now",
        TableName=variable("CONNECTIONS_TABLE"),
        Key=_key(audience, connection_id),
        ExpressionAttributeValues={":now": {"N": str(int(time.time()))}},
    )
    return deleted is not None


def ids_of(audience: str) -> Iterator[str]:
    """Yield the ids of an audience's connections in order."""
    return _ids("audience = :audience", {":audience": audience})


def ids_between(audience: str, after: str | None, last: str) -> Iterator[str]:
    """Yield the ids of an audience's connections from the one after `after`, or the first one, to `last`."""
    values = {":audience": audience, ":last": last}
    if after is None:
        return _ids("audience = :audience AND connectionId <= :last", values)
    condition = "audience = :audience AND connectionId BETWEEN :after AND :last"
    # BETWEEN, the only condition with two bounds, includes the first one.
    return (found for found in _ids(condition, {**values, ":after": after}) if found != after)


def ids_of_person(audience: str, subject: str) -> Iterator[str]:
    """Yield the ids of those connections of an audience that belong to a subject."""
    values = {":audience": audience, ":subject": subject}
    return _ids("audience = :audience", values, FilterExpression="subject = :subject")


def ids_of_session(audience: str, session: str) -> Iterator[str]:
    """Yield the ids of those connections of an audience that belong to a sign-in."""
    values = {":audience": audience, ":session": session}
    # SESSION is a reserved word in expressions.
    return _ids(
        "audience = :audience",
        values,
        FilterExpression="#session = :session",
        ExpressionAttributeNames={"#session": "session"},
    )


def _ids(condition: str, values: Mapping[str, str], **more: Any) -> Iterator[str]:
    pages = dynamodb.query(
        TableName=variable("CONNECTIONS_TABLE"),
        KeyConditionExpression=condition,
        ExpressionAttributeValues={name: {"S": value} for name, value in values.items()},
        ProjectionExpression="connectionId",
        ConsistentRead=True,
        **more,
    )
    return (item["connectionId"]["S"] for page in pages for item in page["Items"])


def _key(audience: str, connection_id: str) -> dict[str, AttributeValueTypeDef]:
    return {"audience": {"S": audience}, "connectionId": {"S": connection_id}}
