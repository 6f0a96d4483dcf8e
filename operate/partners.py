"""Partner keys: created once, and stored as a hash only."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from handlers.partners import keys
from operate.errors import OperateError, UsageError
from operate.target import Target
from operate.times import rfc3339

MAX_VALID_KEYS = 2
"""Maximum number of valid keys of a partner: the current key, and the previous one during a rotation."""


@dataclass(frozen=True)
class PartnerKey:
    """The stored record of a key.

    Attributes:
        created_at: RFC 3339.
        expires_at: when the key expires, in seconds since the epoch; None for never.
        revoked: whether the key was revoked.
    """

    partner: str
    key_id: str
    created_at: str
    expires_at: int | None
    revoked: bool

    @property
    def valid(self) -> bool:
        """Whether the API accepts the key now."""
        return not self.revoked and (self.expires_at is None or time.time() < self.expires_at)

    @property
    def state(self) -> str:
        """`valid`, `valid until …`, `expired` or `revoked`."""
        if self.revoked:
            return "revoked"
        if self.expires_at is None:
            return "valid"
        return f"valid until {_utc(self.expires_at)}" if self.valid else "expired"


def list_keys(target: Target, partner: str | None = None) -> list[PartnerKey]:
    """Return the keys of one partner or of all, sorted by partner and age, oldest first."""
    dynamodb = target.client("dynamodb")
    request = {"TableName": target.partners_table, "ConsistentRead": True}
    if partner is None:
        pages: Any = dynamodb.get_paginator("scan").paginate(**request)
    else:
        pages = dynamodb.get_paginator("query").paginate(
            **request,
            KeyConditionExpression="partner = :partner",
            ExpressionAttributeValues={":partner": {"S": partner}},
        )
    found = [_from_item(item) for page in pages for item in page["Items"]]
    return sorted(found, key=lambda key: (key.partner, key.created_at, key.key_id))


def add(target: Target, partner: str) -> keys.Key:
    """Create the first key of a partner; only this call returns its text.

    Raises:
        UsageError: if the partner name is invalid.
        OperateError: if the partner has a valid key.
    """
    key = _new(partner)
    if any(existing.valid for existing in list_keys(target, partner)):
        raise OperateError(f"{partner} already has a valid key: use partners rotate to create the next one")
    _store(target, key)
    return key


def rotate(target: Target, partner: str, overlap: timedelta) -> keys.Key:
    """Create the next key of a partner; the previous key stays valid for `overlap`, or until it is revoked.

    Raises:
        UsageError: if the partner name is invalid.
        OperateError: if the partner has no valid key, or two.
    """
    key = _new(partner)
    valid = [existing for existing in list_keys(target, partner) if existing.valid]
    if not valid:
        raise OperateError(f"{partner} has no valid key: use partners add to create the first one")
    if len(valid) >= MAX_VALID_KEYS:
        ids = " and ".join(existing.key_id for existing in valid)
        raise OperateError(f"{partner} already has two valid keys, {ids}: revoke one of them first")
    _store(target, key)
    (previous,) = valid
    expiry = int(time.time() + overlap.total_seconds())
    if previous.expires_at is None or expiry < previous.expires_at:
        _update(target, previous.partner, previous.key_id, "expiresAt", {"N": str(expiry)})
    return key


def revoke(target: Target, partner: str, key_id: str) -> None:
    """Revoke a key permanently.

    Raises:
        OperateError: if the key does not exist.
    """
    known = [existing.key_id for existing in list_keys(target, partner)]
    if key_id not in known:
        raise OperateError(f"{partner} has no key {key_id!r}; existing: {', '.join(known) or 'none'}")
    _update(target, partner, key_id, "revoked", {"BOOL": True})


def _new(partner: str) -> keys.Key:
    try:
        return keys.new(partner)
    except keys.PartnerNameError as error:
        raise UsageError(str(error)) from error


def _store(target: Target, key: keys.Key) -> None:
    target.client("dynamodb").put_item(
        TableName=target.partners_table,
        Item={
            "partner": {"S": key.partner},
            "keyId": {"S": key.key_id},
            "hash": {"S": keys.digest(key.text)},
            "createdAt": {"S": rfc3339(datetime.now(UTC))},
        },
        ConditionExpression="attribute_not_exists(partner)",
    )


def _update(target: Target, partner: str, key_id: str, name: str, value: dict[str, Any]) -> None:
    target.client("dynamodb").update_item(
        TableName=target.partners_table,
        Key={"partner": {"S": partner}, "keyId": {"S": key_id}},
        UpdateExpression="SET #name = :value",
        ConditionExpression="attribute_exists(partner)",
        ExpressionAttributeNames={"#name": name},
        ExpressionAttributeValues={":value": value},
    )


def _from_item(item: dict[str, Any]) -> PartnerKey:
    return PartnerKey(
        partner=item["partner"]["S"],
        key_id=item["keyId"]["S"],
        created_at=item["createdAt"]["S"],
        expires_at=int(item["expiresAt"]["N"]) if "expiresAt" in item else None,
        revoked=item.get("revoked", {}).get("BOOL", False),
    )


def _utc(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
