"""The bus's events as they come: a rule and a queue of one's own, for as long as one looks.

A rule is made before its queue and removed after it, and says in a tag when its owner was last alive. So
whatever a killed process left behind hangs on a rule, and the next who looks removes it.
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
ALIVE = "operate:alive"
"""The tag that says when, in seconds since the epoch, a tail was last known to run."""

ALIVE_SECONDS = 600
LEFT_BEHIND_SECONDS = 3_600
WAIT_SECONDS = 5
RETENTION_SECONDS = 300


@dataclass(frozen=True)
class Tail:
    """A subscription of one's own.

    Attributes:
        name: of both the rule and the queue.
        rule: the rule's ARN.
        url: the queue's.
    """

    target: Target
    name: str
    rule: str
    url: str

    def read(self, seconds: float | None) -> Iterator[dict[str, Any]]:
        """Events as they come, as EventBridge delivers them.

        Args:
            seconds: for how long; None for ever.
        """
        sqs, started, told = self.target.client("sqs"), time.monotonic(), time.monotonic()
        while (left := _left(started, seconds)) > 0:
            answer: Any = sqs.receive_message(
                QueueUrl=self.url,
                MaxNumberOfMessages=10,
                WaitTimeSeconds=min(WAIT_SECONDS, max(1, round(left))),
            )
            for message in answer.get("Messages", []):
                yield json.loads(message["Body"])
                sqs.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])
            if time.monotonic() - told > ALIVE_SECONDS:
                told = time.monotonic()
                self.target.client("events").tag_resource(ResourceARN=self.rule, Tags=_tags())


@contextmanager
def tail(target: Target, pattern: Mapping[str, Any]) -> Generator[Tail]:
    """Subscribe to the bus, and take everything away again on leaving.

    Args:
        target: the stack.
        pattern: which events, as EventBridge's rules have it.
    """
    sweep(target)
    name = f"{PREFIX}{uuid4().hex}"
    events = target.client("events")
    try:
        rule: str = events.put_rule(
            Name=name,
            EventBusName=target.event_bus,
            EventPattern=json.dumps(pattern),
            Description="Somebody looks at the events; it goes when they stop",
            Tags=_tags(),
        )["RuleArn"]
        url = _make_queue(target, name, rule)
        queue = _arn(target, url)
        put: Any = events.put_targets(
            Rule=name, EventBusName=target.event_bus, Targets=[{"Id": "queue", "Arn": queue}]
        )
        if put["FailedEntryCount"]:
            raise OperateError(f"PutTargets: {put['FailedEntries'][0]['ErrorMessage']}")
        yield Tail(target, name, rule, url)
    finally:
        remove(target, name)


def sweep(target: Target) -> list[str]:
    """Remove what killed tails have left; answer their names."""
    events = target.client("events")
    pages: Any = events.get_paginator("list_rules").paginate(EventBusName=target.event_bus, NamePrefix=PREFIX)
    rules = [rule for page in pages for rule in page["Rules"]]
    dead = [rule["Name"] for rule in rules if time.time() - _alive(target, rule["Arn"]) > LEFT_BEHIND_SECONDS]
    for name in dead:
        remove(target, name)
    return dead


def remove(target: Target, name: str) -> None:
    """Remove a tail's queue and rule, as far as they are there."""
    sqs, events = target.client("sqs"), target.client("events")
    with suppress(sqs.exceptions.QueueDoesNotExist):
        sqs.delete_queue(QueueUrl=sqs.get_queue_url(QueueName=name)["QueueUrl"])
    with suppress(events.exceptions.ResourceNotFoundException):
        events.remove_targets(Rule=name, EventBusName=target.event_bus, Ids=["queue"])
        events.delete_rule(Name=name, EventBusName=target.event_bus)


def _make_queue(target: Target, name: str, rule: str) -> str:
    """A queue that takes messages of this rule alone."""
    sqs = target.client("sqs")
    # The queue's ARN is the rule's but for the service: same account, same region.
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


def _arn(target: Target, url: str) -> str:
    answer: Any = target.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    return answer["Attributes"]["QueueArn"]


def _tags() -> list[dict[str, str]]:
    return [{"Key": ALIVE, "Value": str(int(time.time()))}]


def _alive(target: Target, rule: str) -> float:
    """When the tail of this rule was last known to run."""
    tags: Any = target.client("events").list_tags_for_resource(ResourceARN=rule)["Tags"]
    return float(next((tag["Value"] for tag in tags if tag["Key"] == ALIVE), 0))


def _left(started: float, seconds: float | None) -> float:
    return WAIT_SECONDS if seconds is None else started + seconds - time.monotonic()
