"""Where partners' keys are kept: one DynamoDB table, read here and written by the operator's tool.

    partners      partner, keyId       hash (`keys.digest`), createdAt (RFC 3339),
                                       expiresAt (epoch seconds) and revoked where they are said

Two keys of a partner are two items, so that one can take over from the other.
"""

from __future__ import annotations

from typing import NamedTuple

from handlers.kit import dynamodb
from handlers.kit.environment import variable


class KeptKey(NamedTuple):
    """What is kept of a key.

    Attributes:
        hash: the digest of the whole key.
        revoked: whether it was taken back.
        expires_at: epoch seconds from which it counts no longer; None for never.
    """

    hash: str
    revoked: bool
    expires_at: int | None


def find(partner: str, key_id: str) -> KeptKey | None:
    """One of a partner's keys, as of now."""
    answer = dynamodb.call(
        dynamodb.client().get_item,
        TableName=variable("PARTNERS_TABLE"),
        Key={"partner": {"S": partner}, "keyId": {"S": key_id}},
        ConsistentRead=True,
    )
    return _kept(answer["Item"]) if "Item" in answer else None


def _kept(item: dynamodb.Item) -> KeptKey:
    return KeptKey(
        hash=item["hash"].get("S", ""),
        revoked=item["revoked"].get("BOOL", True) if "revoked" in item else False,
        expires_at=int(item["expiresAt"].get("N", "0")) if "expiresAt" in item else None,
    )
