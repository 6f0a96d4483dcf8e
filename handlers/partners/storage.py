"""Partners' keys: a DynamoDB table that this module reads and the operators' tool writes.

    partners      partner, keyId       hash (`keys.digest`), createdAt (RFC 3339),
                                       optional: expiresAt (epoch seconds), revoked

A partner may have two valid keys, so that a new key can replace the old one without an interruption.
"""

from __future__ import annotations

from typing import NamedTuple

from handlers.kit import dynamodb
from handlers.kit.environment import variable


class StoredKey(NamedTuple):
    """The stored part of a key.

    Attributes:
        hash: the digest of the whole key.
        revoked: whether the key is revoked.
        expires_at: the time at which the key expires, in epoch seconds; None if it does not expire.
    """

    hash: str
    revoked: bool
    expires_at: int | None


def read_key(partner: str, key_id: str) -> StoredKey | None:
    """Return a key of a partner; None if there is no such key (strongly consistent)."""
    item = dynamodb.read(variable("PARTNERS_TABLE"), {"partner": {"S": partner}, "keyId": {"S": key_id}})
    return None if item is None else _stored_key(item)


def _stored_key(item: dynamodb.Item) -> StoredKey:
    return StoredKey(
        hash=item["hash"].get("S", ""),
        revoked=item["revoked"].get("BOOL", True) if "revoked" in item else False,
        expires_at=int(item["expiresAt"].get("N", "0")) if "expiresAt" in item else None,
    )
