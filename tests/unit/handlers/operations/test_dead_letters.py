"""The hourly report of what waits in dead-letter queues."""

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
    """Two queues: in `welcome` one message waits and one is being looked at, `audit` is empty."""
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
    """What CloudWatch is given, after the SDK has checked it."""
    calls: list[dict[str, Any]] = []
    events = kit.client("cloudwatch").meta.events

    def note(params: dict[str, Any], **_: Any) -> None:
        calls.append(params)

    events.register("provide-client-params.cloudwatch.PutMetricData", note)
    yield calls
    events.unregister("provide-client-params.cloudwatch.PutMetricData", note)


def depth(queue: str, value: int) -> dict[str, Any]:
    return {
        "MetricName": "DeadLetters",
        "Dimensions": [{"Name": "Stack", "Value": "test"}, {"Name": "Queue", "Value": queue}],
        "Value": value,
        "Unit": "Count",
    }


def test_every_queue_s_depth_is_a_metric(
    queues: dict[str, str], reported: list[dict[str, Any]], log: Log
) -> None:
    """What is being looked at counts, an empty queue is reported as empty, and the log names the others."""
    handler({}, Context())

    assert reported == [{"Namespace": "Strata", "MetricData": [depth("welcome", 2), depth("audit", 0)]}]
    assert log()[0]["waiting"] == {"welcome": 2}


def test_report_moves_nothing(queues: dict[str, str], reported: list[dict[str, Any]]) -> None:
    """The next report says the same."""
    handler({}, Context())
    handler({}, Context())

    assert reported[0] == reported[1]


def test_queue_that_does_not_answer_hides_no_other(
    queues: dict[str, str], reported: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The others are reported, and then the run fails with what was wrong."""
    monkeypatch.setenv("DEAD_LETTERS", json.dumps({"missing": MISSING, **queues}))

    with pytest.raises(ExceptionGroup, match="1 of 3 queues do not answer") as raised:
        handler({}, Context())

    (error,) = raised.value.exceptions
    assert isinstance(error, ClientError)
    assert error.response["Error"]["Code"] == "AWS.SimpleQueueService.NonExistentQueue"
    assert reported == [{"Namespace": "Strata", "MetricData": [depth("welcome", 2), depth("audit", 0)]}]


def test_stack_whose_queues_are_all_silent_reports_nothing(
    queues: dict[str, str], reported: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """CloudWatch takes no empty report."""
    monkeypatch.setenv("DEAD_LETTERS", json.dumps({"missing": MISSING}))

    with pytest.raises(ExceptionGroup, match="1 of 1 queues do not answer"):
        handler({}, Context())

    assert reported == []
