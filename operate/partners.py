"""Partners' keys: given out once, and kept as a hash alone."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from handlers.partners import keys
from operate.errors import OperateError, UsageError
from operate.moments import rfc3339
from operate.target import Target

AT_ONCE = 2
"""How many keys of a partner count at a time, so that one can take over from the other."""


@dataclass(frozen=True)
class PartnerKey:
    """What is kept of a key.

    Attributes:
        created_at: RFC 3339.
        expires_at: seconds since the epoch from which it counts no longer; None for never.
        revoked: whether it was taken back.
    """

    partner: str
    key_id: str
    created_at: str
    expires_at: int | None
    revoked: bool

    @property
    def counts(self) -> bool:
        """Whether the partner is let in with it now."""
        return not self.revoked and (self.expires_at is None or time.time() < self.expires_at)

    @property
    def state(self) -> str:
        """`valid`, `valid until …`, `expired` or `revoked`."""
        if self.revoked:
            return "revoked"
        if self.expires_at is None:
            return "valid"
        return f"valid until {_utc(self.expires_at)}" if self.counts else "expired"


def listed(target: Target, partner: str | None = None) -> list[PartnerKey]:
    """The keys of all partners or of one, each partner's oldest first."""
    dynamodb, given = target.client("dynamodb"), {"TableName": target.partners_table, "ConsistentRead": True}
    if partner is None:
        pages: Any = dynamodb.get_paginator("scan").paginate(**given)
    else:
        pages = dynamodb.get_paginator("query").paginate(
            **given,
            KeyConditionExpression="partner = :partner",
            ExpressionAttributeValues={":partner": {"S": partner}},
        )
    found = [_key(item) for page in pages for item in page["Items"]]
    return sorted(found, key=lambda key: (key.partner, key.created_at, key.key_id))


def add(target: Target, partner: str) -> keys.Key:
    """The first key of a partner; its text is told this once.

    Raises:
        UsageError: for a name that no partner may have.
        OperateError: where the partner has a key that counts.
    """
    key = _new(partner)
    if any(kept.counts for kept in listed(target, partner)):
        raise OperateError(f"{partner} has a key already: partners rotate gives out the next one")
    _keep(target, key)
    return key


def rotate(target: Target, partner: str, overlap: timedelta) -> keys.Key:
    """The next key of a partner; the one before counts on for a while, or until it is revoked.

    Raises:
        UsageError: for a name that no partner may have.
        OperateError: where the partner has no key that counts, or two.
    """
    key = _new(partner)
    counting = [kept for kept in listed(target, partner) if kept.counts]
    if not counting:
        raise OperateError(f"{partner} has no key that counts: partners add gives out the first one")
    if len(counting) >= AT_ONCE:
        ids = " and ".join(kept.key_id for kept in counting)
        raise OperateError(f"{partner} has two keys already, {ids}: revoke one of them first")
    _keep(target, key)
    (previous,) = counting
    expiry = int(time.time() + overlap.total_seconds())
    if previous.expires_at is None or expiry < previous.expires_at:
        _change(target, previous.partner, previous.key_id, "expiresAt", {"N": str(expiry)})
    return key


def revoke(target: Target, partner: str, key_id: str) -> None:
    """Take a key back for good.

    Raises:
        OperateError: where there is no such key.
    """
    known = [kept.key_id for kept in listed(target, partner)]
    if key_id not in known:
        raise OperateError(f"{partner} has no key {key_id!r}; there are: {', '.join(known) or 'none'}")
    _change(target, partner, key_id, "revoked", {"BOOL": True})


def _new(partner: str) -> keys.Key:
    try:
        return keys.new(partner)
    except keys.PartnerNameError as error:
        raise UsageError(str(error)) from error


def _keep(target: Target, key: keys.Key) -> None:
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


def _change(target: Target, partner: str, key_id: str, name: str, value: dict[str, Any]) -> None:
    target.client("dynamodb").update_item(
        TableName=target.partners_table,
        Key={"partner": {"S": partner}, "keyId": {"S": key_id}},
        UpdateExpression="SET #name = :value",
        ConditionExpression="attribute_exists(partner)",
        ExpressionAttributeNames={"#name": name},
        ExpressionAttributeValues={":value": value},
    )


def _key(item: dict[str, Any]) -> PartnerKey:
    return PartnerKey(
        partner=item["partner"]["S"],
        key_id=item["keyId"]["S"],
        created_at=item["createdAt"]["S"],
        expires_at=int(item["expiresAt"]["N"]) if "expiresAt" in item else None,
        revoked=item.get("revoked", {}).get("BOOL", False),
    )


def _utc(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
