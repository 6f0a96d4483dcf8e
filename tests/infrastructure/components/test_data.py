"""Tables.

These tests cannot show that DynamoDB accepts the table; the tests on the embedded cloud do.
"""

from __future__ import annotations

from typing import Any

import pytest

from components.data import Table
from components.table_spec import Index, TableSpec
from tests.infrastructure.components.build import settings, tags
from tools.graph import built

TABLE = "aws:dynamodb/table:Table"


def test_table_has_the_keys_indexes_ttl_and_stream_of_its_spec() -> None:
    """Each key is an attribute once, and production's table is protected from deletion."""
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

    assert graph.inputs(TABLE, "orders") == {
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
        "tags": tags("orders"),
        "ttl": {"attributeName": "expiresAt", "enabled": True},
    }
    assert [item.protect for item in graph.of(TABLE).values()] == [True]


def test_use_of_an_unknown_index_is_rejected() -> None:
    """The error names the table and the indexes that it has."""

    def declare() -> None:
        table = Table("orders", TableSpec(key="id", indexes={"by-day": Index("day")}), settings())
        with pytest.raises(
            ValueError, match=r"table orders: no index 'by-week': expected one of \['by-day'\]"
        ):
            table.use("Query", index="by-week")

    built(declare)


def test_use_of_an_unknown_verb_is_rejected() -> None:
    """IAM accepts a misspelled action and denies the call only when the function runs."""

    def declare() -> None:
        table: Any = Table("orders", TableSpec(key="id"), settings())
        with pytest.raises(ValueError, match="table orders: no verb 'GetItme': expected some of"):
            table.use("GetItem", "GetItme")

    built(declare)
