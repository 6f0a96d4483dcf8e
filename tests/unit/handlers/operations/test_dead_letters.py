"""The hourly metric of the depth of dead-letter queues."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from handlers.kit import aws as kit
from handlers.operations.dead_letters import handler
from tests.unit.handlers.lambda_ import Context

Log = Callable[[], list[dict[str, Any]]]
MISSING = "https://sqs.us-east-1.amazonaws.com/123456789012/missing"


@pytest.fixture
def queues(cloud: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    """Two queues: `welcome` with one visible message and one in flight, and `audit` without messages."""
    sqs = kit.client("sqs")
    urls = {name: sqs.create_queue(QueueName=name)["QueueUrl"] for name in ("welcome", "audit")}
    for text in ("seen", "unseen"):
        sqs.send_message(QueueUrl=urls["welcome"], MessageBody=text)
    sqs.receive_message(QueueUrl=urls["welcome"], MaxNumberOfMessages=1)
    monkeypatch.setenv("STACK", "test")
    monkeypatch.setenv("DEAD_LETTERS", json.dumps(urls))
    yield urls
    for url in urls.values():
        sqs.delete_queue(QueueUrl=url)


@pytest.fixture
def reported(cloud: Any) -> Iterator[list[dict[str, Any]]]:
    """The parameters of PutMetricData calls, validated by the SDK."""
    calls: list[dict[str, Any]] = []
    events = kit.client("cloudwatch").meta.events

    def record(params: dict[str, Any], **_: Any) -> None:
        calls.append(params)

    events.register("provide-client-params.cloudwatch.PutMetricData", record)
    yield calls
    events.unregister("provide-client-params.cloudwatch.PutMetricData", record)


def depth(queue: str, value: int) -> dict[str, Any]:
    return {
        "MetricName": "DeadLetters",
        "Dimensions": [{"Name": "Stack", "Value": "test"}, {"Name": "Queue", "Value": queue}],
        "Value": value,
        "Unit": "Count",
    }


def test_depth_of_every_queue_is_reported(
    queues: dict[str, str], reported: list[dict[str, Any]], log: Log
) -> None:
    """Messages in flight count, empty queues are reported too, and the log lists the other queues."""
    handler({}, Context())

    assert reported == [{"Namespace": "Strata", "MetricData": [depth("welcome", 2), depth("audit", 0)]}]
    assert log()[0]["waiting"] == {"welcome": 2}


def test_report_receives_no_messages(queues: dict[str, str], reported: list[dict[str, Any]]) -> None:
    """A second report has the same values."""
    handler({}, Context())
    handler({}, Context())

    assert reported[0] == reported[1]


def test_unreadable_queue_does_not_affect_the_others(
    queues: dict[str, str], reported: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other queues are reported, and then the function fails with the error."""
    monkeypatch.setenv("DEAD_LETTERS", json.dumps({"missing": MISSING, **queues}))

    with pytest.raises(ExceptionGroup, match="1 of 3 queues could not be read") as raised:
        handler({}, Context())

    (error,) = raised.value.exceptions
    assert isinstance(error, ClientError)
    assert error.response["Error"]["Code"] == "AWS.SimpleQueueService.NonExistentQueue"
    assert reported == [{"Namespace": "Strata", "MetricData": [depth("welcome", 2), depth("audit", 0)]}]


def test_nothing_is_reported_without_readable_queues(
    queues: dict[str, str], reported: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """CloudWatch does not accept empty metric data."""
    monkeypatch.setenv("DEAD_LETTERS", json.dumps({"missing": MISSING}))

    with pytest.raises(ExceptionGroup, match="1 of 1 queues could not be read"):
        handler({}, Context())

    assert reported == []
