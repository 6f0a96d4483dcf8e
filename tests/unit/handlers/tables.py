"""The tables that the wiring declares, as CreateTable takes them, by the variable that names each."""

from __future__ import annotations

from typing import Any


def _table(name: str, key: str, **more: Any) -> dict[str, Any]:
    attributes = more.pop("attributes", [key])
    return {
        "TableName": name,
        "KeySchema": [{"AttributeName": key, "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": name, "AttributeType": "S"} for name in attributes],
        "BillingMode": "PAY_PER_REQUEST",
        **more,
    }


def _index(name: str, *keys: str) -> dict[str, Any]:
    schema = [
        {"AttributeName": key, "KeyType": kind} for key, kind in zip(keys, ("HASH", "RANGE"), strict=False)
    ]
    return {"IndexName": name, "KeySchema": schema, "Projection": {"ProjectionType": "ALL"}}


TABLES = {
    "USERS_TABLE": _table(
        "users-1a2b3c",
        "id",
        attributes=["id", "listing", "emailKey"],
        GlobalSecondaryIndexes=[_index("by-creation", "listing", "id"), _index("by-email", "emailKey")],
    ),
    "IDENTITIES_TABLE": _table("identities-1a2b3c", "identity"),
    "IDEMPOTENCY_TABLE": _table("idempotency-1a2b3c", "key"),
}
