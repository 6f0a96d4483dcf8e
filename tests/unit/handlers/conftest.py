"""DynamoDB as moto plays it, and the fixtures of the handlers' tests."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest
from botocore.stub import Stubber
from moto import mock_aws

from handlers.kit import aws as kit
from handlers.kit import dynamodb
from tests.unit.handlers.tables import TABLES


def forget_clients() -> None:
    """Have the handlers make their clients anew."""
    dynamodb.client.cache_clear()
    kit.client.cache_clear()


@pytest.fixture(scope="module")
def cloud() -> Iterator[Any]:
    """The environment that the wiring gives, and the one client of the handlers."""
    environment = {
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_DEFAULT_REGION": "us-east-1",
        "EFFECTS_DAYS": "8",
        "EVENT_BUS": "strata-test-events",
        **{variable: table["TableName"] for variable, table in TABLES.items()},
    }
    with pytest.MonkeyPatch.context() as patch, mock_aws():
        for name, value in environment.items():
            patch.setenv(name, value)
        forget_clients()
        yield dynamodb.client()
    forget_clients()


@pytest.fixture
def aws(cloud: Any) -> Iterator[Any]:
    """The handlers' client, before empty tables."""
    for table in TABLES.values():
        cloud.create_table(**table)
    yield cloud
    for table in TABLES.values():
        cloud.delete_table(TableName=table["TableName"])


@pytest.fixture
def items(aws: Any) -> Callable[[str], list[dict[str, Any]]]:
    """Everything that a table holds, by the name of its environment variable."""

    def scan(variable: str) -> list[dict[str, Any]]:
        return aws.scan(TableName=TABLES[variable]["TableName"])["Items"]

    return scan


@pytest.fixture
def stubbed(cloud: Any) -> Iterator[Stubber]:
    """The handlers' client with answers put into its mouth, in order; all must be asked for."""
    with Stubber(cloud) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


@pytest.fixture
def before_writing(aws: Any) -> Iterator[Callable[[Callable[[], object]], None]]:
    """Let something happen once, just before the handlers' next transaction reaches DynamoDB."""
    pending: list[Callable[[], object]] = []

    def happen(**_: Any) -> None:
        if pending:
            pending.pop()()

    aws.meta.events.register("before-call.dynamodb.TransactWriteItems", happen)
    yield pending.append
    aws.meta.events.unregister("before-call.dynamodb.TransactWriteItems", happen)


class DeadLetter(NamedTuple):
    """A message that was given up, and why."""

    body: str
    reason: str


@pytest.fixture
def dead_letters(cloud: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], list[DeadLetter]]]:
    """What lies in the consumer's dead-letter queue; each is told once."""
    sqs = kit.client("sqs")
    url = sqs.create_queue(QueueName="dead-letters")["QueueUrl"]
    monkeypatch.setenv("DEAD_LETTERS_URL", url)

    def take() -> list[DeadLetter]:
        answer = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"])
        return [
            DeadLetter(found["Body"], found["MessageAttributes"]["reason"]["StringValue"])
            for found in answer.get("Messages", [])
        ]

    yield take
    sqs.delete_queue(QueueUrl=url)


@pytest.fixture
def log(capfd: pytest.CaptureFixture[str]) -> Callable[[], list[dict[str, Any]]]:
    """The lines that were logged since it was last asked."""

    def lines() -> list[dict[str, Any]]:
        return [json.loads(line) for line in capfd.readouterr().err.splitlines()]

    return lines
