"""The tables that the wiring declares, as CreateTable takes them, by the variable that names each."""

from __future__ import annotations

from typing import Any


def _table(name: str, key: str, **more: Any) -> dict[str, Any]:
    sort = more.pop("sort", None)
    attributes = more.pop("attributes", [key, sort] if sort else [key])
    schema = [{"AttributeName": key, "KeyType": "HASH"}]
    return {
        "TableName": name,
        "KeySchema": [*schema, {"AttributeName": sort, "KeyType": "RANGE"}] if sort else schema,
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
    "EFFECTS_TABLE": _table("effects-1a2b3c", "id"),
    "ADDRESSES_TABLE": _table("addresses-1a2b3c", "address"),
    "PARTNERS_TABLE": _table("partners-1a2b3c", "partner", sort="keyId"),
    "TICKETS_TABLE": _table("tickets-1a2b3c", "ticket"),
    "CONNECTIONS_TABLE": _table("connections-1a2b3c", "audience", sort="connectionId"),
    "FEED_TABLE": _table("feed-1a2b3c", "audience", sort="position"),
}
