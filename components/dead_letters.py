"""Dead-letter queues: where every asynchronous hop keeps what it could not deliver or handle."""

from __future__ import annotations

import json
from typing import Any

import pulumi
import pulumi_aws as aws

from components.alarm import AlarmSpec, make_alarm
from components.base import Component
from components.iam import Grant, ResourcePolicy, allow_service, deny_insecure_transport
from components.inventory import DeadLetters, Kind
from components.runtime import Runtime
from components.use import Use

RETENTION_SECONDS = 14 * 24 * 3600
"""How long a dead-letter queue keeps a message, in seconds: the longest that SQS allows."""

RETRY: Any = {"maximum_event_age_in_seconds": 24 * 3600, "maximum_retry_attempts": 185}
"""The retry policy of EventBridge's rules and schedules: the longest that EventBridge allows."""


class DeadLetterQueue(Component):
    """A queue for dead-lettered messages, with an alarm for the first message.

    Example:
        DeadLetterQueue("mails-dead-letters", "queue", runtime, to=queue.url)

    Args:
        kind: what sends messages to the queue.
        to: where a redrive sends the messages; `redrive_to` sets it if the target is created later.
        sender: the AWS service and the source that may send; none for a sender with a role.

    Attributes:
        arn: the queue's ARN.
        url: its URL.
        policy: the queue policy; a sender without a role depends on it.
    """

    name_limit = 80

    def __init__(
        self,
        name: str,
        kind: Kind,
        runtime: Runtime,
        *,
        to: pulumi.Input[str] | None = None,
        sender: tuple[str, pulumi.Input[str]] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        self.kind: Kind = kind
        self._inventory = runtime.inventory
        queue = aws.sqs.Queue(
            name,
            message_retention_seconds=RETENTION_SECONDS,
            sqs_managed_sse_enabled=True,
            # The dead-letter queue of a queue names its source later; the others serve no queue.
            redrive_allow_policy=None if kind == "queue" else json.dumps({"redrivePermission": "denyAll"}),
            tags=self.tags,
            opts=self.child(),
        )
        self.arn, self.url = queue.arn, queue.url
        self.policy = self._make_policy(sender)
        make_alarm(
            self,
            AlarmSpec(
                "Messages were dead-lettered",
                "AWS/SQS:ApproximateNumberOfMessagesVisible",
                {"QueueName": queue.name},
                section="dead-letter-queues",
                threshold=0,
                period=60,
            ),
            runtime,
        )
        if to is not None:
            self.redrive_to(to)
        self.register_outputs({"arn": self.arn, "url": self.url})

    def redrive_to(self, to: pulumi.Input[str]) -> None:
        """Set where a redrive sends the messages, and add the queue to the inventory."""
        entry = DeadLetters(self.url, self.arn, self.kind, pulumi.Output.from_input(to))
        self._inventory.dead_letters[self.name] = entry

    def use(self) -> Use:
        """Allow sending messages to the queue, and pass its URL."""
        return Use((Grant(("sqs:SendMessage",), (self.arn,)),), {"DEAD_LETTERS_URL": self.url})

    def _make_policy(self, sender: tuple[str, pulumi.Input[str]] | None) -> aws.sqs.QueuePolicy:
        policy = ResourcePolicy(self.arn, deny_insecure_transport("sqs:*", self.arn))
        if sender:
            service, source = sender
            policy.add(allow_service(service, "sqs:SendMessage", self.arn, source))
        return aws.sqs.QueuePolicy(self.name, queue_url=self.url, policy=policy.document, opts=self.child())
