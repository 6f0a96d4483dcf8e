"""Storage of users in three DynamoDB tables, which only this module accesses.

    table         key                  items
    users         id                   a user; index by-creation (listing, id), index by-email (emailKey)
    identities    identity             email#<address in lower case> or subject#<sub>, with the userId;
                                       of a deleted user subject#<sub> with deletedAt, later expiresAt
    idempotency   key                  the first response to a caller's key; expires at expiresAt

Each email address and each sign-in belongs to one user: its identity is one item, written in the transaction
that creates or changes the user. Every write of a user stores its cause, which the table's stream delivers.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING

from handlers.events import cause
from handlers.kit import clock, dynamodb
from handlers.kit.environment import variable
from handlers.users.errors import EmailTaken, ProfileDeleted
from handlers.users.models import User
from handlers.users.storage.items import (
    LISTING,
    IdempotencyRecord,
    Record,
    attributes_of,
    folded,
    idempotency_record_of,
    item_of,
    record_of,
)

if TYPE_CHECKING:
    from types_boto3_dynamodb.type_defs import AttributeValueTypeDef as Attribute
    from types_boto3_dynamodb.type_defs import TransactWriteItemTypeDef, UpdateTypeDef

BY_CREATION = "by-creation"
BY_EMAIL = "by-email"
SIGNED_OUT_SECONDS = 24 * 3600
"""How long a deleted user's subject is kept after the sign-in was deleted: longer than any access token."""

_INDEPENDENT = frozenset({"name", "status"})
"""Attributes that no rule relates to another attribute or item."""


class VersionConflictError(Exception):
    """The item changed between reading and writing; read it again."""


def read(user_id: str) -> Record | None:
    """Return a user by id, strongly consistent."""
    item = dynamodb.read(variable("USERS_TABLE"), {"id": {"S": user_id}})
    return None if item is None else record_of(item)


def read_by_email(email: str) -> Record | None:
    """Return the user with an email address, strongly consistent."""
    return _read_by_identity(_email_identity(email))


def read_by_subject(subject: str) -> Record | None:
    """Return the user that a sign-in is linked to, strongly consistent.

    Raises:
        ProfileDeleted: if that user was deleted.
    """
    return _read_by_identity(_subject_identity(subject))


def list_users(limit: int, after: str | None) -> list[User]:
    """Return users from the newest, or from the one that follows the id `after`; eventually consistent."""
    condition = "listing = :listing"
    values: dict[str, Attribute] = {":listing": {"S": LISTING}}
    if after is not None:
        condition += " AND id < :after"
        values[":after"] = {"S": after}
    return _query(BY_CREATION, condition, values, limit)


def list_by_email(email: str) -> list[User]:
    """Return the user with an email address as a list of at most one; eventually consistent."""
    return _query(BY_EMAIL, "emailKey = :email", {":email": {"S": folded(email)}}, 1)


def create(record: Record, idempotency: IdempotencyRecord | None = None) -> IdempotencyRecord | None:
    """Create a user, unless the idempotency key is in use; then return the record stored with the key.

    Raises:
        EmailTaken: if the email address belongs to another user.
        VersionConflictError: if the subject is already linked to a user, or was linked to a deleted one.
    """
    user = record.user
    writes = {"user": _create_user(record), "email": _claim(_email_identity(user.email), user.id)}
    if record.subject is not None:
        writes["subject"] = _claim(_subject_identity(record.subject), user.id)
    if idempotency is not None:
        writes["idempotency"] = _create_idempotency_record(idempotency)
    try:
        dynamodb.transact(writes)
    except dynamodb.TransactionCanceledError as canceled:
        if "idempotency" in canceled.refused:
            return idempotency_record_of(canceled.refused["idempotency"])
        raise _refusal(canceled) from canceled
    return None


def change(before: Record, after: Record) -> None:
    """Replace `before` with `after`, which has the next version.

    Raises:
        EmailTaken: if the new email address belongs to another user.
        VersionConflictError: if the stored item no longer has the version of `before`.
    """
    user_id = before.user.id
    writes: dict[str, TransactWriteItemTypeDef] = {
        "user": {"Update": _change_user(before, after, same={"version"})}
    }
    old, new = _email_identity(before.user.email), _email_identity(after.user.email)
    if old != new:
        writes |= {"email": _claim(new, user_id), "old email": _release(old)}
    if after.subject is not None and after.subject != before.subject:
        writes["subject"] = _claim(_subject_identity(after.subject), user_id)
    try:
        dynamodb.transact(writes)
    except dynamodb.TransactionCanceledError as canceled:
        raise _refusal(canceled) from canceled


def merge(before: Record, after: Record) -> Record:
    """Write what differs between `before` and `after` on top of what other requests changed meanwhile.

    Concurrent changes of a name or a status are all written, and the last one remains: if they required the
    version of `before`, one of them would succeed at a time. A change of another attribute does require it.

    Returns:
        The stored user.

    Raises:
        EmailTaken: if the new email address belongs to another user.
        VersionConflictError: if the user was deleted or has another status or, for a change of another
            attribute, another version than `before`; or if it has the new values already.
    """
    old, new = item_of(before), item_of(after)
    replaced = {name for name in old | new if old.get(name) != new.get(name)} - {"version", "updatedAt"}
    if not replaced <= _INDEPENDENT:
        change(before, after)
        return after
    update = _change_user(before, after, same={"id", "status"} - replaced, other=replaced)
    try:
        response = dynamodb.call(dynamodb.client().update_item, ReturnValues="ALL_NEW", **update)
    except dynamodb.ConditionFailedError as failed:
        raise VersionConflictError from failed
    return record_of(response["Attributes"])


def delete(record: Record) -> None:
    """Delete a user and its email identity; the subject is kept, so that it gets no new profile.

    Raises:
        VersionConflictError: if the stored item no longer has the version of `record`.
    """
    stored = _store_cause(record)
    writes = {"user": _delete_user(record, stored), "email": _release(_email_identity(record.user.email))}
    if record.subject is not None:
        writes["subject"] = _mark_deleted(_subject_identity(record.subject))
    try:
        dynamodb.transact(writes)
    except dynamodb.TransactionCanceledError as canceled:
        raise _refusal(canceled) from canceled


def expire_deleted(subject: str) -> None:
    """Let the subject of a deleted user expire, because its sign-in was deleted; idempotent."""
    with suppress(dynamodb.ConditionFailedError):  # It has expired.
        dynamodb.call(
            dynamodb.client().update_item,
            TableName=variable("IDENTITIES_TABLE"),
            Key={"identity": {"S": _subject_identity(subject)}},
            UpdateExpression="SET expiresAt = :at",
            ConditionExpression="attribute_exists(deletedAt)",
            ExpressionAttributeValues={":at": {"N": str(int(time.time()) + SIGNED_OUT_SECONDS)}},
        )


def _store_cause(record: Record) -> dict[str, Attribute]:
    """Store the cause of a deletion on the item before it is deleted.

    The stream's record of a deletion contains only the old item.

    Raises:
        VersionConflictError: if the stored item no longer has the version of `record`.
    """
    stored = cause.attribute()
    try:
        dynamodb.call(
            dynamodb.client().update_item,
            TableName=variable("USERS_TABLE"),
            Key={"id": {"S": record.user.id}},
            UpdateExpression="SET cause = :cause",
            ConditionExpression="version = :version",
            ExpressionAttributeValues={
                ":cause": stored[cause.NAME],
                ":version": {"N": str(record.user.version)},
            },
        )
    except dynamodb.ConditionFailedError as failed:
        raise VersionConflictError from failed
    return stored


def _refusal(canceled: dynamodb.TransactionCanceledError) -> VersionConflictError | EmailTaken:
    """Return the error for a canceled transaction; a version conflict has priority over a taken address."""
    if canceled.refused.keys() & {"user", "subject"}:
        return VersionConflictError()
    return EmailTaken("another user has this email address")


def _read_by_identity(identity: str) -> Record | None:
    item = dynamodb.read(variable("IDENTITIES_TABLE"), {"identity": {"S": identity}})
    if item is None:
        return None
    if "deletedAt" in item:
        raise ProfileDeleted("an administrator has deleted it; sign up again to get a new one")
    return read(item["userId"].get("S", ""))


def _query(index: str, condition: str, values: Mapping[str, Attribute], limit: int) -> list[User]:
    response = dynamodb.call(
        dynamodb.client().query,
        TableName=variable("USERS_TABLE"),
        IndexName=index,
        KeyConditionExpression=condition,
        ExpressionAttributeValues=dict(values),
        Limit=limit,
        ScanIndexForward=False,
    )
    return [record_of(item).user for item in response["Items"]]


def _create_user(record: Record) -> TransactWriteItemTypeDef:
    return {
        "Put": {
            "TableName": variable("USERS_TABLE"),
            "Item": {**item_of(record), **cause.attribute()},
            "ConditionExpression": "attribute_not_exists(id)",
        }
    }


def _change_user(
    before: Record, after: Record, *, same: Collection[str], other: Collection[str] = ()
) -> UpdateTypeDef:
    """Write only the attributes that differ: attributes that a later release added keep their values."""
    old, new = item_of(before), {**item_of(after), **cause.attribute()}
    return {
        "TableName": variable("USERS_TABLE"),
        "Key": {"id": {"S": before.user.id}},
        **dynamodb.difference(old, new, same=same, other=other, counter="version"),
    }


def _delete_user(record: Record, stored: Mapping[str, Attribute]) -> TransactWriteItemTypeDef:
    return {
        "Delete": {
            "TableName": variable("USERS_TABLE"),
            "Key": {"id": {"S": record.user.id}},
            "ConditionExpression": "version = :version AND cause = :cause",
            "ExpressionAttributeValues": {
                ":version": {"N": str(record.user.version)},
                ":cause": stored[cause.NAME],
            },
        }
    }


def _claim(identity: str, user_id: str) -> TransactWriteItemTypeDef:
    return {
        "Put": {
            "TableName": variable("IDENTITIES_TABLE"),
            "Item": {"identity": {"S": identity}, "userId": {"S": user_id}},
            "ConditionExpression": "attribute_not_exists(#identity)",
            "ExpressionAttributeNames": {"#identity": "identity"},
        }
    }


def _release(identity: str) -> TransactWriteItemTypeDef:
    return {"Delete": {"TableName": variable("IDENTITIES_TABLE"), "Key": {"identity": {"S": identity}}}}


def _mark_deleted(identity: str) -> TransactWriteItemTypeDef:
    item: dict[str, Attribute] = {"identity": {"S": identity}, "deletedAt": {"S": clock.now()}}
    return {"Put": {"TableName": variable("IDENTITIES_TABLE"), "Item": item}}


def _create_idempotency_record(record: IdempotencyRecord) -> TransactWriteItemTypeDef:
    """DynamoDB deletes expired items with a delay, so the condition compares the time too."""
    return {
        "Put": {
            "TableName": variable("IDEMPOTENCY_TABLE"),
            "Item": {
                "key": {"S": record.key},
                "digest": {"S": record.digest},
                "user": {"M": attributes_of(record.user)},
                "expiresAt": {"N": str(record.expires_at)},
            },
            "ConditionExpression": "attribute_not_exists(#key) OR expiresAt <= :now",
            "ExpressionAttributeNames": {"#key": "key"},
            "ExpressionAttributeValues": {":now": {"N": str(int(time.time()))}},
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
    }


def _email_identity(email: str) -> str:
    return f"email#{folded(email)}"


def _subject_identity(subject: str) -> str:
    return f"subject#{subject}"
