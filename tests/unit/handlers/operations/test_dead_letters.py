"""The hourly log line with the depth of dead-letter queues."""

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
    monkeypatch.setenv("DEAD_LETTERS", json.dumps(urls))
    yield urls
    for url in urls.values():
        sqs.delete_queue(QueueUrl=url)


def test_depth_of_every_queue_with_messages_is_logged(queues: dict[str, str], log: Log) -> None:
    """Messages in flight count."""
    handler({}, Context())

    (line,) = log()
    assert (line["queues"], line["waiting"]) == (2, {"welcome": 2})


def test_reading_receives_no_messages(queues: dict[str, str], log: Log) -> None:
    """A second reading has the same values."""
    handler({}, Context())
    handler({}, Context())

    first, second = log()
    assert first["waiting"] == second["waiting"]


def test_unreadable_queue_does_not_affect_the_others(
    queues: dict[str, str], log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other queues are logged, and then the function fails with the error."""
    monkeypatch.setenv("DEAD_LETTERS", json.dumps({"missing": MISSING, **queues}))

    with pytest.raises(ExceptionGroup, match="1 of 3 queues could not be read") as raised:
        handler({}, Context())

    (error,) = raised.value.exceptions
    assert isinstance(error, ClientError)
    assert error.response["Error"]["Code"] == "AWS.SimpleQueueService.NonExistentQueue"
    assert log()[0]["waiting"] == {"welcome": 2}
