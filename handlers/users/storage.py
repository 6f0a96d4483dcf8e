"""Where users are kept: three DynamoDB tables, known to this module alone.

    users         id                   the user; index by-creation (listing, id), index by-email (emailKey)
    identities    identity             email#<address in lower case> and subject#<sub>, each to one userId
    idempotency   key                  the first answer to a caller's key; gone after expiresAt

An address or a sign-in belongs to one user because its identity is one item, made in the transaction
that makes or changes the user. Every write of a user carries its cause, for the table's stream to tell.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from handlers.events.catalogue import Preferences
from handlers.kit import aws, dynamodb
from handlers.kit.environment import variable
from handlers.users import cause
from handlers.users.errors import EmailTaken
from handlers.users.models import User

if TYPE_CHECKING:
    from types_boto3_dynamodb.type_defs import AttributeValueTypeDef as Attribute
    from types_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

BY_CREATION = "by-creation"
BY_EMAIL = "by-email"
LISTING = "users"
"""The one partition of the index by creation."""

_FIELDS = dict(zip(User.__struct_fields__, User.__struct_encode_fields__, strict=True))


class Record(msgspec.Struct, frozen=True):
    """A user as kept.

    Attributes:
        subject: the `sub` of the sign-in that it belongs to, if it does.
        preferences: what the user wants to be told by.
    """

    user: User
    subject: str | None = None
    preferences: Preferences = Preferences()


class IdempotencyRecord(msgspec.Struct, frozen=True):
    """The first answer to a request with an idempotency key.

    Attributes:
        key: the caller and its key.
        digest: what the request was.
        user: the user that was answered.
        expires_at: epoch seconds from which it counts no longer.
    """

    key: str
    digest: str
    user: User
    expires_at: int


class VersionConflictError(Exception):
    """What was read has changed before it could be written; read it again."""


def read(user_id: str) -> Record | None:
    """A user by id, as of now."""
    answer = dynamodb.call(
        dynamodb.client().get_item,
        TableName=variable("USERS_TABLE"),
        Key={"id": {"S": user_id}},
        ConsistentRead=True,
    )
    return _record(answer["Item"]) if "Item" in answer else None


def read_by_email(email: str) -> Record | None:
    """The user that an address belongs to, as of now."""
    return _read_by_identity(_email_identity(email))


def read_by_subject(subject: str) -> Record | None:
    """The user that a sign-in belongs to, as of now."""
    return _read_by_identity(_subject_identity(subject))


def list_users(limit: int, after: str | None) -> list[User]:
    """Users from the newest on, or from the one that follows the id `after`."""
    condition = "listing = :listing"
    values: dict[str, Attribute] = {":listing": {"S": LISTING}}
    if after is not None:
        condition += " AND id < :after"
        values[":after"] = {"S": after}
    return _query(BY_CREATION, condition, values, limit)


def list_by_email(email: str) -> list[User]:
    """The user with an address: one or none."""
    return _query(BY_EMAIL, "emailKey = :email", {":email": {"S": _folded(email)}}, 1)


def create(record: Record, receipt: IdempotencyRecord | None = None) -> IdempotencyRecord | None:
    """Add a user, unless an earlier receipt with the same key still counts; then that one is answered.

    Raises:
        EmailTaken: where the address belongs to another user.
        VersionConflictError: where the subject has a user already.
    """
    user = record.user
    writes = {"user": _create_user(record), "email": _claim(_email_identity(user.email), user.id)}
    if record.subject is not None:
        writes["subject"] = _claim(_subject_identity(record.subject), user.id)
    if receipt is not None:
        writes["receipt"] = _add_receipt(receipt)
    try:
        dynamodb.transact(writes)
    except dynamodb.CancelledError as cancelled:
        if "receipt" in cancelled.refused:
            return _receipt(cancelled.refused["receipt"])
        _explain(cancelled)
    return None


def change(before: Record, after: Record) -> None:
    """Put `after`, of a greater version, in the place of `before`.

    Raises:
        EmailTaken: where the new address belongs to another user.
        VersionConflictError: where `before` is no longer what is kept.
    """
    user_id = before.user.id
    writes = {"user": _change_user(before, after)}
    old, new = _email_identity(before.user.email), _email_identity(after.user.email)
    if old != new:
        writes |= {"email": _claim(new, user_id), "old email": _release(old)}
    if after.subject is not None and after.subject != before.subject:
        writes["subject"] = _claim(_subject_identity(after.subject), user_id)
    try:
        dynamodb.transact(writes)
    except dynamodb.CancelledError as cancelled:
        _explain(cancelled)


def delete(record: Record) -> None:
    """Remove a user, and what belonged to it alone.

    Raises:
        VersionConflictError: where `record` is no longer what is kept.
    """
    signed = _sign(record)
    writes = {"user": _delete_user(record, signed), "email": _release(_email_identity(record.user.email))}
    if record.subject is not None:
        writes["subject"] = _release(_subject_identity(record.subject))
    try:
        dynamodb.transact(writes)
    except dynamodb.CancelledError as cancelled:
        _explain(cancelled)


def _sign(record: Record) -> dict[str, Any]:
    """Write the cause of a removal first: a stream tells what an item was, and not who removed it.

    Raises:
        VersionConflictError: where `record` is no longer what is kept.
    """
    from botocore.exceptions import ClientError

    signed = cause.attribute()
    try:
        dynamodb.call(
            dynamodb.client().update_item,
            TableName=variable("USERS_TABLE"),
            Key={"id": {"S": record.user.id}},
            UpdateExpression="SET cause = :cause",
            ConditionExpression="version = :version",
            ExpressionAttributeValues={
                ":cause": signed[cause.NAME],
                ":version": {"N": str(record.user.version)},
            },
        )
    except ClientError as error:
        if not dynamodb.condition_failed(error) and aws.code_of(error) != "TransactionConflictException":
            raise
        raise VersionConflictError from error
    return signed


def _explain(cancelled: dynamodb.CancelledError) -> None:
    """Say what a cancelled transaction means; that the user has changed comes before what follows from it."""
    if cancelled.refused.keys() & {"user", "subject"}:
        raise VersionConflictError from cancelled
    raise EmailTaken("another user has this e-mail address") from cancelled


def _read_by_identity(identity: str) -> Record | None:
    answer = dynamodb.call(
        dynamodb.client().get_item,
        TableName=variable("IDENTITIES_TABLE"),
        Key={"identity": {"S": identity}},
        ConsistentRead=True,
    )
    return read(answer["Item"]["userId"].get("S", "")) if "Item" in answer else None


def _query(index: str, condition: str, values: Mapping[str, Attribute], limit: int) -> list[User]:
    answer = dynamodb.call(
        dynamodb.client().query,
        TableName=variable("USERS_TABLE"),
        IndexName=index,
        KeyConditionExpression=condition,
        ExpressionAttributeValues=dict(values),
        Limit=limit,
        ScanIndexForward=False,
    )
    return [_record(item).user for item in answer["Items"]]


def _create_user(record: Record) -> TransactWriteItemTypeDef:
    return {
        "Put": {
            "TableName": variable("USERS_TABLE"),
            "Item": {**_item(record), **cause.attribute()},
            "ConditionExpression": "attribute_not_exists(id)",
        }
    }


def _change_user(before: Record, after: Record) -> TransactWriteItemTypeDef:
    """Write what differs, so that what a later release may keep besides stays as it is."""
    old, new = _item(before), {**_item(after), **cause.attribute()}
    changed = [name for name, value in new.items() if old.get(name) != value]
    gone = [name for name in old if name not in new]
    expression = "SET " + ", ".join(f"#{name} = :{name}" for name in changed)
    if gone:
        expression += " REMOVE " + ", ".join(f"#{name}" for name in gone)
    return {
        "Update": {
            "TableName": variable("USERS_TABLE"),
            "Key": {"id": {"S": before.user.id}},
            "UpdateExpression": expression,
            "ConditionExpression": "#version = :before",
            "ExpressionAttributeNames": {f"#{name}": name for name in {*changed, *gone, "version"}},
            "ExpressionAttributeValues": {
                **{f":{name}": new[name] for name in changed},
                ":before": old["version"],
            },
        }
    }


def _delete_user(record: Record, signed: Mapping[str, Any]) -> TransactWriteItemTypeDef:
    return {
        "Delete": {
            "TableName": variable("USERS_TABLE"),
            "Key": {"id": {"S": record.user.id}},
            "ConditionExpression": "version = :version AND cause = :cause",
            "ExpressionAttributeValues": {
                ":version": {"N": str(record.user.version)},
                ":cause": signed[cause.NAME],
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


def _add_receipt(receipt: IdempotencyRecord) -> TransactWriteItemTypeDef:
    """DynamoDB removes what has expired when it pleases, so the condition looks at the time itself."""
    return {
        "Put": {
            "TableName": variable("IDEMPOTENCY_TABLE"),
            "Item": {
                "key": {"S": receipt.key},
                "digest": {"S": receipt.digest},
                "user": {"M": _attributes(receipt.user)},
                "expiresAt": {"N": str(receipt.expires_at)},
            },
            "ConditionExpression": "attribute_not_exists(#key) OR expiresAt <= :now",
            "ExpressionAttributeNames": {"#key": "key"},
            "ExpressionAttributeValues": {":now": {"N": str(int(time.time()))}},
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
    }


def _receipt(item: dynamodb.Item) -> IdempotencyRecord:
    return IdempotencyRecord(
        key=item["key"].get("S", ""),
        digest=item["digest"].get("S", ""),
        user=_user(item["user"].get("M", {})),
        expires_at=int(item["expiresAt"].get("N", "0")),
    )


def _item(record: Record) -> dict[str, Attribute]:
    keys: dict[str, Attribute] = {
        "emailKey": {"S": _folded(record.user.email)},
        "listing": {"S": LISTING},
    }
    if record.subject is not None:
        keys["subject"] = {"S": record.subject}
    if record.preferences != Preferences():
        flags = msgspec.structs.asdict(record.preferences)
        keys["preferences"] = {"M": {name: {"BOOL": flag} for name, flag in flags.items()}}
    return {**_attributes(record.user), **keys}


def _record(item: dynamodb.Item) -> Record:
    subject = item["subject"].get("S") if "subject" in item else None
    flags = item["preferences"].get("M", {}) if "preferences" in item else {}
    preferences = Preferences(**{name: flag["BOOL"] for name, flag in flags.items() if "BOOL" in flag})
    return Record(_user(item), subject, preferences)


def _attributes(user: User) -> dict[str, Attribute]:
    values = {attribute: getattr(user, field) for field, attribute in _FIELDS.items()}
    return {
        attribute: {"N": str(value)} if isinstance(value, int) else {"S": value}
        for attribute, value in values.items()
        if value is not None
    }


def _user(item: dynamodb.Item) -> User:
    """What is kept was checked when it came in, and is not checked against today's limits."""
    values: dict[str, Any] = {
        field: _value(item[attribute]) for field, attribute in _FIELDS.items() if attribute in item
    }
    return User(**values)


def _value(attribute: Attribute) -> str | int:
    return int(attribute["N"]) if "N" in attribute else attribute.get("S", "")


def _folded(email: str) -> str:
    # Addresses are ASCII: to lower case is all there is to fold.
    return email.lower()


def _email_identity(email: str) -> str:
    return f"email#{_folded(email)}"


def _subject_identity(subject: str) -> str:
    return f"subject#{subject}"
