"""How users and their records are stored as DynamoDB items."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from handlers.events.catalogue import Preferences
from handlers.kit import dynamodb
from handlers.users.models import User

if TYPE_CHECKING:
    from types_boto3_dynamodb.type_defs import AttributeValueTypeDef as Attribute

LISTING = "users"
"""The partition key of every item in the index by-creation."""

_FIELDS = dict(zip(User.__struct_fields__, User.__struct_encode_fields__, strict=True))


class Record(msgspec.Struct, frozen=True):
    """A user's item.

    Attributes:
        subject: the `sub` of the sign-in that the user is linked to, if any.
        preferences: the user's notification preferences.
    """

    user: User
    subject: str | None = None
    preferences: Preferences = Preferences()


class IdempotencyRecord(msgspec.Struct, frozen=True):
    """The first response to a request with an idempotency key.

    Attributes:
        key: the caller and its key.
        digest: the digest of the request's body.
        user: the user in the response.
        expires_at: epoch seconds after which the key may be used again.
    """

    key: str
    digest: str
    user: User
    expires_at: int


def item_of(record: Record) -> dict[str, Attribute]:
    """Return the item of a user."""
    keys: dict[str, Attribute] = {
        "emailKey": {"S": folded(record.user.email)},
        "listing": {"S": LISTING},
    }
    if record.subject is not None:
        keys["subject"] = {"S": record.subject}
    if record.preferences != Preferences():
        flags = msgspec.structs.asdict(record.preferences)
        keys["preferences"] = {"M": {name: {"BOOL": flag} for name, flag in flags.items()}}
    return {**attributes_of(record.user), **keys}


def record_of(item: dynamodb.Item) -> Record:
    """Return the user of an item."""
    subject = item["subject"].get("S") if "subject" in item else None
    flags = item["preferences"].get("M", {}) if "preferences" in item else {}
    preferences = Preferences(**{name: flag["BOOL"] for name, flag in flags.items() if "BOOL" in flag})
    return Record(_user(item), subject, preferences)


def idempotency_record_of(item: dynamodb.Item) -> IdempotencyRecord:
    """Return the first response in an item."""
    return IdempotencyRecord(
        key=item["key"].get("S", ""),
        digest=item["digest"].get("S", ""),
        user=_user(item["user"].get("M", {})),
        expires_at=int(item["expiresAt"].get("N", "0")),
    )


def attributes_of(user: User) -> dict[str, Attribute]:
    """Return the attributes of a user's fields."""
    values = {attribute: getattr(user, field) for field, attribute in _FIELDS.items()}
    return {attribute: _to_attribute(value) for attribute, value in values.items() if value is not None}


def _user(item: dynamodb.Item) -> User:
    """Return the user in an item; stored values are not validated against the current limits."""
    values: dict[str, Any] = {
        field: _value(item[attribute]) for field, attribute in _FIELDS.items() if attribute in item
    }
    return User(**values)


def _to_attribute(value: Any) -> Attribute:
    if isinstance(value, bool):
        return {"BOOL": value}
    return {"N": str(value)} if isinstance(value, int) else {"S": value}


def _value(attribute: Attribute) -> str | int | bool:
    if "BOOL" in attribute:
        return attribute["BOOL"]
    return int(attribute["N"]) if "N" in attribute else attribute.get("S", "")


def folded(email: str) -> str:
    """Return an email address as it is compared."""
    # Email addresses are ASCII, so lower case is sufficient.
    return email.lower()
