"""Functions that receive a table's changes.

These tests cannot show that AWS retries as configured.
"""

from __future__ import annotations

from typing import Any

import pytest

from components.data import Table
from components.stream import Stream
from components.table_spec import TableSpec
from tests.infrastructure.components.build import (
    ACCOUNT,
    FUNCTION,
    HEALTH,
    MAPPING,
    granted,
    queue_arn,
    queue_url,
    runtime,
    settings,
    tags,
)
from tools.graph import Graph, built


def changes(**arguments: Any) -> Graph:
    """Return the graph of a function that receives the changes of a table."""
    return built(
        lambda: Stream(
            "changes",
            Table("users", TableSpec(key="id", stream=True), settings()),
            HEALTH,
            runtime=runtime(arguments.pop("of", None)),
            **arguments,
        )
    )


def test_stream_is_read_from_its_start_in_order_and_no_change_blocks_it() -> None:
    """Failed batches are halved, retries and age are limited, and dead-lettered changes are kept."""
    assert changes(batch_size=50).inputs(MAPPING, "changes") == {
        "eventSourceArn": f"arn:aws:dynamodb:{ACCOUNT}:table/users/stream/1",
        "functionName": f"arn:aws:lambda:{ACCOUNT}:function:changes",
        "startingPosition": "TRIM_HORIZON",
        "batchSize": 50,
        "parallelizationFactor": 1,
        "bisectBatchOnFunctionError": True,
        "functionResponseTypes": ["ReportBatchItemFailures"],
        "maximumRetryAttempts": 1_000,
        "maximumRecordAgeInSeconds": 21_600,
        "destinationConfig": {"onFailure": {"destinationArn": queue_arn("changes-dead-letters")}},
        "tags": tags("changes"),
    }


def test_function_may_only_read_its_stream_and_send_dead_letters() -> None:
    """It has permissions on one stream and one queue."""
    assert granted(changes(), "changes") == [
        (
            [f"dynamodb:{verb}" for verb in ("DescribeStream", "GetRecords", "GetShardIterator")],
            [f"arn:aws:dynamodb:{ACCOUNT}:table/users/stream/1"],
        ),
        (["sqs:SendMessage"], [queue_arn("changes-dead-letters")]),
    ]


@pytest.mark.parametrize(("endpoint", "failures"), [(None, "item"), ("http://127.0.0.1:4566", "batch")])
def test_function_reports_failures_as_its_cloud_supports(endpoint: str | None, failures: str) -> None:
    """The embedded cloud supports no partial batch responses, so there the whole batch fails."""
    graph = changes(of=settings("ephemeral").model_copy(update={"endpoint": endpoint}))
    variables = graph.inputs(FUNCTION, "changes")["environment"]["variables"]

    assert (variables["STREAM_FAILURES"], variables["DEAD_LETTERS_URL"]) == (
        failures,
        queue_url("changes-dead-letters"),
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"batch_size": 0}, "stream changes: batch_size 0: expected 1 to 10,000"),
        ({"retries": -1}, "stream changes: retries -1: expected 0 to 10,000"),
        ({"maximum_age": 86_400}, "stream changes: maximum_age 86400: expected 60 to 86,399"),
    ],
)
def test_stream_outside_its_limits_is_rejected(arguments: dict[str, int], message: str) -> None:
    """Retries end before DynamoDB removes the change from the stream."""
    with pytest.raises(ValueError, match=message):
        changes(**arguments)
