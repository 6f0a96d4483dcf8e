"""The tables that the domains declare, as CreateTable takes them, by the variable that names each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from components.table_spec import TableSpec, table_variable
from wiring.declared import every


def _schema(keys: Sequence[str]) -> list[dict[str, str]]:
    kinds = zip(keys, ("HASH", "RANGE"), strict=False)
    return [{"AttributeName": name, "KeyType": kind} for name, kind in kinds]


def _request(name: str, spec: TableSpec) -> dict[str, Any]:
    indexes = [
        {"IndexName": index, "KeySchema": _schema(each.keys), "Projection": {"ProjectionType": "ALL"}}
        for index, each in spec.indexes.items()
    ]
    return {
        "TableName": f"{name}-1a2b3c",
        "KeySchema": _schema(spec.keys),
        "AttributeDefinitions": [{"AttributeName": key, "AttributeType": "S"} for key in spec.attributes],
        "BillingMode": "PAY_PER_REQUEST",
        **({"GlobalSecondaryIndexes": indexes} if indexes else {}),
    }


TABLES = {table_variable(name): _request(name, spec) for name, spec in every().tables.items()}
