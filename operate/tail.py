"""Live events of the bus, received through a temporary rule and queue.

The rule is created before its queue and deleted after it, and its tag has the time of the last heartbeat. So
the resources of a killed process can be found by their rule, and the next tail deletes them.
"""

from __future__ import annotations

import json
import time
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from operate.errors import OperateError
from operate.target import Target

PREFIX = "operate-tail-"
HEARTBEAT_TAG = "operate:alive"
"""The rule's tag with the time of the last heartbeat, in seconds since the epoch."""

HEARTBEAT_SECONDS = 600
STALE_SECONDS = 3_600
"""Age of the last heartbeat from which a tail is stale."""

WAIT_SECONDS = 5
RETENTION_SECONDS = 300


@dataclass(frozen=True)
class Tail:
    """A temporary subscription to the bus.

    Attributes:
        target: the stack.
        name: the name of the rule and of the queue.
        rule: the rule's ARN.
        url: the queue's URL.
    """

    target: Target
    name: str
    rule: str
    url: str

    def read(self, seconds: float | None) -> Iterator[dict[str, Any]]:
        """Yield events as they arrive, in the form in which EventBridge delivers them.

        Args:
            seconds: time limit; None for no limit.
        """
        sqs, started, heartbeat = self.target.client("sqs"), time.monotonic(), time.monotonic()
        while (remaining := _remaining(started, seconds)) > 0:
            response: Any = sqs.receive_message(
                QueueUrl=self.url,
                MaxNumberOfMessages=10,
                WaitTimeSeconds=min(WAIT_SECONDS, max(1, round(remaining))),
            )
            for message in response.get("Messages", []):
                yield json.loads(message["Body"])
                sqs.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])
            if time.monotonic() - heartbeat > HEARTBEAT_SECONDS:
                heartbeat = time.monotonic()
                self.target.client("events").tag_resource(ResourceARN=self.rule, Tags=_tags())


@contextmanager
def tail(target: Target, pattern: Mapping[str, Any]) -> Generator[Tail]:
    """Subscribe to the bus; delete the rule and the queue on exit.

    Args:
        target: the stack.
        pattern: an EventBridge event pattern.
    """
    delete_stale(target)
    name = f"{PREFIX}{uuid4().hex}"
    events = target.client("events")
    try:
        rule: str = events.put_rule(
            Name=name,
            EventBusName=target.event_bus,
            EventPattern=json.dumps(pattern),
            Description="Temporary rule of operate events tail",
            Tags=_tags(),
        )["RuleArn"]
        url = _create_queue(target, name, rule)
        queue = _queue_arn(target, url)
        response: Any = events.put_targets(
            Rule=name, EventBusName=target.event_bus, Targets=[{"Id": "queue", "Arn": queue}]
        )
        if response["FailedEntryCount"]:
            raise OperateError(f"PutTargets: {response['FailedEntries'][0]['ErrorMessage']}")
        yield Tail(target, name, rule, url)
    finally:
        delete(target, name)


def delete_stale(target: Target) -> list[str]:
    """Delete the rules and queues of killed tails; return their names."""
    events = target.client("events")
    pages: Any = events.get_paginator("list_rules").paginate(EventBusName=target.event_bus, NamePrefix=PREFIX)
    rules = [rule for page in pages for rule in page["Rules"]]
    stale = [rule["Name"] for rule in rules if time.time() - _heartbeat(target, rule["Arn"]) > STALE_SECONDS]
    for name in stale:
        delete(target, name)
    return stale


def delete(target: Target, name: str) -> None:
    """Delete the queue and the rule of a tail, if they exist."""
    sqs, events = target.client("sqs"), target.client("events")
    with suppress(sqs.exceptions.QueueDoesNotExist):
        sqs.delete_queue(QueueUrl=sqs.get_queue_url(QueueName=name)["QueueUrl"])
    with suppress(events.exceptions.ResourceNotFoundException):
        events.remove_targets(Rule=name, EventBusName=target.event_bus, Ids=["queue"])
        events.delete_rule(Name=name, EventBusName=target.event_bus)


def _create_queue(target: Target, name: str, rule: str) -> str:
    """Create a queue that accepts messages from this rule only, and return its URL."""
    sqs = target.client("sqs")
    # The queue has the rule's partition, region and account.
    arn = ":".join(["arn", rule.split(":")[1], "sqs", *rule.split(":")[3:5], name])
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn,
        "Condition": {"ArnEquals": {"aws:SourceArn": rule}},
    }
    attributes = {
        "MessageRetentionPeriod": str(RETENTION_SECONDS),
        "SqsManagedSseEnabled": "true",
        "Policy": json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
    }
    tags = {tag["Key"]: tag["Value"] for tag in _tags()}
    return sqs.create_queue(QueueName=name, Attributes=attributes, tags=tags)["QueueUrl"]


def _queue_arn(target: Target, url: str) -> str:
    response: Any = target.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    return response["Attributes"]["QueueArn"]


def _tags() -> list[dict[str, str]]:
    return [{"Key": HEARTBEAT_TAG, "Value": str(int(time.time()))}]


def _heartbeat(target: Target, rule: str) -> float:
    """Return the time of the last heartbeat of a tail's rule, in seconds since the epoch."""
    tags: Any = target.client("events").list_tags_for_resource(ResourceARN=rule)["Tags"]
    return float(next((tag["Value"] for tag in tags if tag["Key"] == HEARTBEAT_TAG), 0))


def _remaining(started: float, seconds: float | None) -> float:
    return WAIT_SECONDS if seconds is None else started + seconds - time.monotonic()
