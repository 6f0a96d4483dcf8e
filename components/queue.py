"""Queues: what stands between an event and whoever handles it, so that nothing is lost in between."""

from __future__ import annotations

from collections.abc import Sequence

import pulumi
import pulumi_aws as aws

from components.base import Component
from components.dead_letters import DeadLetterQueue
from components.function import Function, name_of
from components.iam import Grant, ResourcePolicy, allow_service, deny_insecure_transport
from components.runtime import Runtime
from components.use import Use

VISIBILITY_FACTOR = 6
"""AWS's advice: Lambda itself tries again while it is throttled, and needs the message hidden until then."""

BATCH_SECONDS = 30
"""Time for a batch whose every message takes long: one for which none is left is received in vain."""

RETENTION_SECONDS = 7 * 24 * 3600
"""A message that moves to the dead letters keeps its age: half of what they keep is left for them."""

SMALL_BATCH, LARGE_BATCH = 10, 10_000
"""The most messages that Lambda takes at once, and those that it gathers within a batching window."""

CONCURRENCY = range(2, 1_001)
"""How many batches of one queue Lambda can be told to handle at once, at most."""


class Queue(Component):
    """An SQS queue with its dead-letter queue, from one source to one consumer.

    Args:
        timeout: what one batch may take, in seconds.
        maximum_receives: how often a message is tried before it is dead.
        batching_window: how long a batch is gathered, in seconds; needed for more than 10 messages.

    Attributes:
        arn: the queue's ARN.
        url: its URL.
        dead_letters: where messages go after their last receive.
        policy: what must stand before a service is told to send there.
    """

    def __init__(
        self,
        name: str,
        runtime: Runtime,
        *,
        timeout: int = BATCH_SECONDS,
        maximum_receives: int = 5,
        batching_window: int = 0,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        self.runtime = runtime
        self.timeout = timeout
        self.batching_window = batching_window
        self._has_source = False
        self.dead_letters = DeadLetterQueue(f"{name}-dead-letters", "queue", runtime, opts=self.child())
        queue = aws.sqs.Queue(
            name,
            visibility_timeout_seconds=VISIBILITY_FACTOR * self.timeout + batching_window,
            message_retention_seconds=RETENTION_SECONDS,
            sqs_managed_sse_enabled=True,
            redrive_policy=pulumi.Output.json_dumps(
                {"deadLetterTargetArn": self.dead_letters.arn, "maxReceiveCount": maximum_receives},
                sort_keys=True,
            ),
            tags=self.tags,
            opts=self.child(),
        )
        self.arn, self.url = queue.arn, queue.url
        self._return_dead_letters()
        self._policy = ResourcePolicy(self.arn, deny_insecure_transport("sqs:*", self.arn))
        self.policy = aws.sqs.QueuePolicy(
            name, queue_url=self.url, policy=self._policy.document, opts=self.child()
        )
        self.register_outputs({"arn": self.arn, "url": self.url})

    def allow_service(self, service: str, source_arn: pulumi.Input[str]) -> None:
        """Let an AWS service send for the one source that feeds the queue.

        Raises:
            ValueError: when the queue has a source already.
        """
        if self._has_source:
            raise ValueError(f"queue {self.name}: it has a source already: give another source its own queue")
        self._has_source = True
        self._policy.add(allow_service(service, "sqs:SendMessage", self.arn, source_arn))

    def consumer(
        self,
        handler: str,
        *,
        uses: Sequence[Use] = (),
        batch_size: int = 10,
        maximum_concurrency: int | None = None,
        memory: int | None = None,
        name: str | None = None,
    ) -> Function:
        """Handle the messages with a function that answers which of a batch have failed.

        It is given up to `batch_size` messages at once; more than 10 need a batching window. Up to
        `maximum_concurrency` batches, 2 to 1,000, are handled at once. Its `name` is the handler's where
        none is given.

        Raises:
            ValueError: for a batch size or a concurrency that Lambda does not take.
        """
        self._require(batch_size, maximum_concurrency)
        function = Function(
            name or name_of(handler),
            handler,
            self.runtime,
            uses=[*uses, self._use_receive(), self.dead_letters.use()],
            memory=memory,
            timeout=self.timeout,
            opts=self.child(),
        )
        aws.lambda_.EventSourceMapping(
            self.name,
            event_source_arn=self.arn,
            function_name=function.arn,
            batch_size=batch_size,
            maximum_batching_window_in_seconds=self.batching_window,
            function_response_types=["ReportBatchItemFailures"],
            scaling_config={"maximum_concurrency": maximum_concurrency} if maximum_concurrency else None,
            tags=self.tags,
            opts=self.child(),
        )
        return function

    def _return_dead_letters(self) -> None:
        self.dead_letters.redrive_to(self.url)
        # By itself: the queue names its dead letters as it is made, so they can name it only afterwards.
        aws.sqs.RedriveAllowPolicy(
            self.name,
            queue_url=self.dead_letters.url,
            redrive_allow_policy=pulumi.Output.json_dumps(
                {"redrivePermission": "byQueue", "sourceQueueArns": [self.arn]}, sort_keys=True
            ),
            opts=self.child(),
        )

    def _use_receive(self) -> Use:
        verbs = ("sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage")
        return Use((Grant(verbs, (self.arn,)),))

    def _require(self, batch_size: int, maximum_concurrency: int | None) -> None:
        most = LARGE_BATCH if self.batching_window else SMALL_BATCH
        if not 1 <= batch_size <= most:
            raise ValueError(
                f"queue {self.name}: batch_size {batch_size}: expected 1 to {most}"
                f" with a batching window of {self.batching_window} s"
            )
        if maximum_concurrency is not None and maximum_concurrency not in CONCURRENCY:
            raise ValueError(
                f"queue {self.name}: maximum_concurrency {maximum_concurrency}: expected 2 to 1,000"
            )
