"""Streams."""

from __future__ import annotations

from typing import Any

import pytest

from components.data import Table
from components.stream import Stream
from components.table_spec import TableSpec
from tests.infrastructure.components.build import (
    ACCOUNT,
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
    """The graph of a table's stream."""
    return built(
        lambda: Stream(
            "changes",
            Table("users", TableSpec(key="id", stream=True), settings()),
            HEALTH,
            runtime=runtime(arguments.pop("of", None)),
            **arguments,
        )
    )


def test_a_stream_is_read_from_its_beginning_in_order_and_never_stopped_by_one_change() -> None:
    """Batches are halved, retries and age are bounded, and what is given up is kept."""
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


def test_a_stream_s_function_may_read_its_stream_and_keep_what_failed() -> None:
    """No other table's stream, and no other queue."""
    assert granted(changes(), "changes") == [
        (
            [
                f"dynamodb:{verb}"
                for verb in ("DescribeStream", "GetRecords", "GetShardIterator", "ListStreams")
            ],
            [f"arn:aws:dynamodb:{ACCOUNT}:table/users/stream/1"],
        ),
        (["sqs:SendMessage"], [queue_arn("changes-dead-letters")]),
    ]


@pytest.mark.parametrize(("endpoint", "failures"), [(None, "item"), ("http://127.0.0.1:4566", "batch")])
def test_a_stream_s_function_is_told_how_to_answer(endpoint: str | None, failures: str) -> None:
    """Where partial answers are not understood, it raises for the whole batch."""
    graph = changes(of=settings("ephemeral").model_copy(update={"endpoint": endpoint}))
    variables = graph.inputs("aws:lambda/function:Function", "changes")["environment"]["variables"]

    assert (variables["STREAM_FAILURES"], variables["DEAD_LETTERS_URL"]) == (
        failures,
        queue_url("changes-dead-letters"),
    )


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ({"batch_size": 0}, "stream changes: batch_size 0: expected 1 to 10,000"),
        ({"retries": -1}, "stream changes: retries -1: expected 0 to 10,000"),
        ({"maximum_age": 86_400}, "stream changes: maximum_age 86400: expected 60 to 86,399"),
    ],
)
def test_a_stream_beyond_its_limits_is_refused(arguments: dict[str, int], complaint: str) -> None:
    """Retries have an end before DynamoDB itself forgets the change."""
    with pytest.raises(ValueError, match=complaint):
        changes(**arguments)
