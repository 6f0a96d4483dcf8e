"""Fixtures for the handlers' tests: AWS simulated by moto, and the log."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from threading import RLock
from typing import Any, NamedTuple

import pytest
from botocore.client import BaseClient
from botocore.stub import Stubber
from moto import mock_aws

from handlers.kit import aws as kit
from handlers.kit import dynamodb
from tests.unit.handlers.fake_service import FakeService, faked
from tests.unit.handlers.tables import TABLES


def clear_clients() -> None:
    """Clear the cached clients, so that handlers create new ones."""
    dynamodb.client.cache_clear()
    kit.client.cache_clear()


def one_by_one(call: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that serves one thread at a time: DynamoDB changes items atomically, unlike moto."""
    lock = RLock()

    def locked(*arguments: Any) -> Any:
        with lock:
            return call(*arguments)

    return locked


@pytest.fixture(scope="module")
def cloud() -> Iterator[Any]:
    """The environment that the wiring sets, and the handlers' DynamoDB client."""
    environment = {
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_DEFAULT_REGION": "us-east-1",
        "EFFECTS_DAYS": "8",
        "EVENT_BUS": "strata-test-events",
        "SMS_COUNTRIES": '["+1", "+44"]',
        **{variable: table["TableName"] for variable, table in TABLES.items()},
    }
    with pytest.MonkeyPatch.context() as patch, mock_aws():
        for name, value in environment.items():
            patch.setenv(name, value)
        patch.setattr(BaseClient, "_make_api_call", one_by_one(BaseClient._make_api_call))
        clear_clients()
        yield dynamodb.client()
    clear_clients()


@pytest.fixture
def aws(cloud: Any) -> Iterator[Any]:
    """The handlers' DynamoDB client, with empty tables."""
    for table in TABLES.values():
        cloud.create_table(**table)
    yield cloud
    for table in TABLES.values():
        cloud.delete_table(TableName=table["TableName"])


@pytest.fixture
def sns(aws: Any) -> Iterator[FakeService]:
    """A fake of SNS."""
    yield from faked("sns", "sns.Publish")


@pytest.fixture
def items(aws: Any) -> Callable[[str], list[dict[str, Any]]]:
    """A function that returns all items of a table, by the name of the table's environment variable."""

    def scan(variable: str) -> list[dict[str, Any]]:
        return aws.scan(TableName=TABLES[variable]["TableName"])["Items"]

    return scan


@pytest.fixture
def stubbed(cloud: Any) -> Iterator[Stubber]:
    """The handlers' DynamoDB client with stubbed responses; the test fails if one is not requested."""
    with Stubber(cloud) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


@pytest.fixture
def before_writing(aws: Any) -> Iterator[Callable[..., None]]:
    """A function that sets an action to run once, just before the next transaction or other operation."""
    pending: dict[str, Callable[[], object]] = {}

    def set_action(action: Callable[[], object], operation: str = "TransactWriteItems") -> None:
        pending[operation] = action

    def run(model: Any, **_: Any) -> None:
        if model.name in pending:
            pending.pop(model.name)()

    aws.meta.events.register("before-call.dynamodb", run)
    yield set_action
    aws.meta.events.unregister("before-call.dynamodb", run)


@pytest.fixture
def no_time_for_retries(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first attempt of every call is the last one."""
    monkeypatch.setattr("handlers.kit.retry.remaining_seconds", lambda: 0.0)


class DeadLetter(NamedTuple):
    """A message in the dead-letter queue, with the reason."""

    body: str
    reason: str


@pytest.fixture
def dead_letters(cloud: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], list[DeadLetter]]]:
    """A function that takes the messages out of the consumer's dead-letter queue."""
    sqs = kit.client("sqs")
    url = sqs.create_queue(QueueName="dead-letters")["QueueUrl"]
    monkeypatch.setenv("DEAD_LETTERS_URL", url)

    def take() -> list[DeadLetter]:
        response = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"])
        return [
            DeadLetter(found["Body"], found["MessageAttributes"]["reason"]["StringValue"])
            for found in response.get("Messages", [])
        ]

    yield take
    sqs.delete_queue(QueueUrl=url)


@pytest.fixture
def log(capfd: pytest.CaptureFixture[str]) -> Callable[[], list[dict[str, Any]]]:
    """A function that returns the log lines written since its last call."""

    def lines() -> list[dict[str, Any]]:
        return [json.loads(line) for line in capfd.readouterr().err.splitlines()]

    return lines
