"""Tables."""

from __future__ import annotations

from typing import Any

import pytest

from components.data import Table
from components.table_spec import Index, TableSpec
from tests.infrastructure.components.build import settings
from tools.graph import built


def test_a_table_declares_keys_indexes_expiry_stream_and_protection() -> None:
    """Every key is an attribute once; production keeps the table from harm."""
    graph = built(
        lambda: Table(
            "orders",
            TableSpec(
                key="id",
                sort="line",
                indexes={"by-customer": Index("customer", sort="id"), "by-day": Index("day")},
                ttl="expiresAt",
                stream=True,
            ),
            settings("production"),
        )
    )

    assert graph.inputs("aws:dynamodb/table:Table", "orders") == {
        "attributes": [{"name": name, "type": "S"} for name in ("customer", "day", "id", "line")],
        "billingMode": "PAY_PER_REQUEST",
        "deletionProtectionEnabled": True,
        "globalSecondaryIndexes": [
            {
                "name": "by-customer",
                "keySchemas": [
                    {"attributeName": "customer", "keyType": "HASH"},
                    {"attributeName": "id", "keyType": "RANGE"},
                ],
                "projectionType": "ALL",
            },
            {
                "name": "by-day",
                "keySchemas": [{"attributeName": "day", "keyType": "HASH"}],
                "projectionType": "ALL",
            },
        ],
        "hashKey": "id",
        "rangeKey": "line",
        "pointInTimeRecovery": {"enabled": True},
        "serverSideEncryption": {"enabled": True},
        "streamEnabled": True,
        "streamViewType": "NEW_AND_OLD_IMAGES",
        "tags": {"project": "strata", "stack": "test", "component": "orders"},
        "ttl": {"attributeName": "expiresAt", "enabled": True},
    }
    assert [item.protect for item in graph.of("aws:dynamodb/table:Table").values()] == [True]


def test_a_grant_on_an_index_that_is_not_there_is_refused() -> None:
    """The error names the table and the indexes that it has."""

    def declare() -> None:
        table = Table("orders", TableSpec(key="id", indexes={"by-day": Index("day")}), settings())
        with pytest.raises(
            ValueError, match=r"table orders: no index 'by-week': expected one of \['by-day'\]"
        ):
            table.use("Query", index="by-week")

    built(declare)


def test_a_verb_that_is_none_is_refused() -> None:
    """A misspelt verb would be denied when it is needed, and not before."""

    def declare() -> None:
        table: Any = Table("orders", TableSpec(key="id"), settings())
        with pytest.raises(ValueError, match="table orders: no verb 'GetItme': expected some of"):
            table.use("GetItem", "GetItme")

    built(declare)
