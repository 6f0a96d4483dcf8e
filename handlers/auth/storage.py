"""The table of sessions, which only this module accesses.

    sessions      id (SHA-256 of the cookie)   a session; index by-subject (subject, createdAt)

An item also has `leaseUntil` while one invocation uses its refresh token, and expires at `expiresAt`.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, cast

import msgspec

from handlers.auth.models import Session
from handlers.kit import clock, dynamodb
from handlers.kit.environment import variable

if TYPE_CHECKING:
    from types_boto3_dynamodb.type_defs import AttributeValueTypeDef as Attribute

BY_SUBJECT = "by-subject"
LEASE_SECONDS = 10
"""How long one invocation may use a refresh token; less than Cognito's grace period for a used one."""


class LeasedError(Exception):
    """Another invocation uses the session's refresh token."""


def create(session: Session) -> None:
    """Store a new session."""
    dynamodb.call(
        dynamodb.client().put_item,
        TableName=variable("SESSIONS_TABLE"),
        Item=_item_of(session),
        ConditionExpression="attribute_not_exists(id)",
    )


def read(session_id: str) -> Session | None:
    """Return a session that has not expired, strongly consistent."""
    item = dynamodb.read(variable("SESSIONS_TABLE"), {"id": {"S": session_id}})
    session = None if item is None else _session_of(item)
    # DynamoDB deletes expired items with a delay.
    return session if session and session.expires_at > time.time() else None


def list_of(subject: str) -> list[Session]:
    """Return the sessions of a person, the newest first; eventually consistent."""
    now = time.time()
    pages = dynamodb.query(
        TableName=variable("SESSIONS_TABLE"),
        IndexName=BY_SUBJECT,
        KeyConditionExpression="subject = :subject",
        ExpressionAttributeValues={":subject": {"S": subject}},
        ScanIndexForward=False,
    )
    sessions = (_session_of(item) for page in pages for item in page["Items"])
    return [session for session in sessions if session.expires_at > now]


def lease(session_id: str) -> tuple[Session, int] | None:
    """Reserve a session's refresh token for this invocation.

    Returns:
        The session and the lease, which `renew` takes; None if the session does not exist.

    Raises:
        LeasedError: if another invocation has reserved it.
    """
    now = time.time_ns() // 1_000_000
    until = now + LEASE_SECONDS * 1_000
    try:
        response: Any = dynamodb.call(
            dynamodb.client().update_item,
            TableName=variable("SESSIONS_TABLE"),
            Key={"id": {"S": session_id}},
            UpdateExpression="SET leaseUntil = :until",
            ConditionExpression="attribute_exists(id) "
            "AND (attribute_not_exists(leaseUntil) OR leaseUntil < :now)",
            ExpressionAttributeValues={":until": {"N": str(until)}, ":now": {"N": str(now)}},
            ReturnValues="ALL_NEW",
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )
    except dynamodb.ConditionFailedError as failed:
        if failed.item:
            raise LeasedError from failed
        return None
    return _session_of(response["Attributes"]), until


def renew(session: Session, lease: int) -> bool:
    """Store the session's new tokens and end the lease.

    Returns:
        Whether the session still exists. If the lease was lost to another invocation, nothing is written.
    """
    values: dict[str, Attribute] = {
        ":token": {"B": session.refresh_token},
        ":scopes": {"S": session.scopes},
        ":expires": {"N": str(session.access_expires_at)},
        ":now": {"S": clock.now()},
        ":origins": {"SS": sorted(session.origins)},
        ":lease": {"N": str(lease)},
    }
    try:
        dynamodb.call(
            dynamodb.client().update_item,
            TableName=variable("SESSIONS_TABLE"),
            Key={"id": {"S": session.id}},
            UpdateExpression="SET refreshToken = :token, scopes = :scopes, accessExpiresAt = :expires, "
            "lastUsedAt = :now REMOVE leaseUntil ADD origins :origins",
            ConditionExpression="leaseUntil = :lease",
            ExpressionAttributeValues=values,
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )
    except dynamodb.ConditionFailedError as failed:
        return bool(failed.item)
    return True


def release(session_id: str, lease: int) -> None:
    """End a lease that was not used."""
    try:
        dynamodb.call(
            dynamodb.client().update_item,
            TableName=variable("SESSIONS_TABLE"),
            Key={"id": {"S": session_id}},
            UpdateExpression="REMOVE leaseUntil",
            ConditionExpression="leaseUntil = :lease",
            ExpressionAttributeValues={":lease": {"N": str(lease)}},
        )
    except dynamodb.ConditionFailedError:
        return  # the session has ended, or another invocation has the lease


def delete(session_id: str) -> None:
    """Delete a session; idempotent."""
    dynamodb.call(
        dynamodb.client().delete_item,
        TableName=variable("SESSIONS_TABLE"),
        Key={"id": {"S": session_id}},
    )


def _item_of(session: Session) -> dict[str, Attribute]:
    fields = zip(Session.__struct_fields__, Session.__struct_encode_fields__, strict=True)
    return {name: _attribute(value) for field, name in fields if (value := getattr(session, field))}


def _attribute(value: Any) -> Attribute:
    match value:
        case int():
            return {"N": str(value)}
        case bytes():
            return {"B": value}
        case frozenset():
            return {"SS": sorted(cast("frozenset[str]", value))}
        case _:
            return {"S": value}


def _session_of(item: Any) -> Session:
    return msgspec.convert({name: _value(attribute) for name, attribute in item.items()}, Session)


def _value(attribute: Any) -> Any:
    ((kind, value),) = attribute.items()
    return int(value) if kind == "N" else bytes(value) if kind == "B" else value
