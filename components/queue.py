"""Queues: a buffer between a source of events and the function that handles them."""

from __future__ import annotations

from collections.abc import Sequence

import pulumi
import pulumi_aws as aws

from components import limits
from components.base import Component
from components.dead_letters import DeadLetterQueue
from components.function import Function, name_of
from components.iam import Grant, ResourcePolicy, allow_service, deny_insecure_transport
from components.runtime import Runtime
from components.use import Use

VISIBILITY_FACTOR = 6
"""Visibility timeout / function timeout, as AWS recommends: Lambda retries a throttled batch itself."""

BATCH_SECONDS = 30
"""Timeout sized for a full batch of slow messages; a message with no time left wastes a receive."""

RETENTION_SECONDS = 7 * 24 * 3600
"""A dead-lettered message keeps its age: this leaves it half of the dead-letter queue's retention."""


class Queue(Component):
    """An SQS queue with its dead-letter queue, from one source to one consumer.

    Example:
        mails = Queue("mails", runtime)
        mails.consumer(handler, uses=[orders.use("GetItem")])

    Args:
        timeout: the time limit of one batch, in seconds.
        maximum_receives: the number of receives after which a message is dead-lettered.
        batching_window: how long Lambda collects a batch, in seconds; required for more than 10 messages.

    Attributes:
        arn: the queue's ARN.
        url: its URL.
        dead_letters: the dead-letter queue.
        policy: the queue policy; what relies on `allow_service` depends on it.

    Raises:
        ValueError: for values outside AWS's limits.
    """

    name_limit = 80

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
        limits.FUNCTION_TIMEOUT.check(f"queue {name}", "timeout", timeout)
        limits.MAXIMUM_RECEIVES.check(f"queue {name}", "maximum_receives", maximum_receives)
        limits.BATCHING_WINDOW.check(f"queue {name}", "batching_window", batching_window)
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
        self._connect_dead_letters()
        self._policy = ResourcePolicy(self.arn, deny_insecure_transport("sqs:*", self.arn))
        self.policy = aws.sqs.QueuePolicy(
            name, queue_url=self.url, policy=self._policy.document, opts=self.child()
        )
        self.register_outputs({"arn": self.arn, "url": self.url})

    def allow_service(self, service: str, source_arn: pulumi.Input[str]) -> None:
        """Allow an AWS service to send messages on behalf of the queue's only source.

        Raises:
            ValueError: if the queue has a source already.
        """
        if self._has_source:
            raise ValueError(f"queue {self.name}: it has a source already: give another source its own queue")
        self._has_source = True
        self._policy.add(allow_service(service, "sqs:SendMessage", self.arn, source_arn))

    def use(self) -> Use:
        """Allow sending messages to the queue, and pass its URL."""
        return Use((Grant(("sqs:SendMessage",), (self.arn,)),), {"QUEUE_URL": self.url})

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
        """Create the function that handles the messages and reports the failed ones of each batch.

        A batch has up to `batch_size` messages; more than 10 need a batching window. Lambda handles up to
        `maximum_concurrency` batches at once, 2 to 1,000; by default as many as the stack's settings allow
        each consumer. The function's name derives from the handler unless `name` is given.

        Raises:
            ValueError: for a batch size or a concurrency outside Lambda's limits.
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
        self.runtime.inventory.consumers[self.name] = function.name
        self._map(
            function,
            batch_size,
            maximum_concurrency or self.runtime.settings.functions.consumer_concurrency,
        )
        return function

    def _map(self, function: Function, batch_size: int, maximum_concurrency: int) -> None:
        """Invoke the function with batches of messages."""
        aws.lambda_.EventSourceMapping(
            self.name,
            event_source_arn=self.arn,
            function_name=function.arn,
            batch_size=batch_size,
            maximum_batching_window_in_seconds=self.batching_window,
            function_response_types=["ReportBatchItemFailures"],
            scaling_config={"maximum_concurrency": maximum_concurrency},
            tags=self.tags,
            opts=self.child(),
        )

    def _connect_dead_letters(self) -> None:
        self.dead_letters.redrive_to(self.url)
        # A resource of its own: the two queues name each other, and this one is created first.
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
        who = f"queue {self.name}"
        batch = limits.LARGE_BATCH if self.batching_window else limits.SMALL_BATCH
        batch.check(who, "batch_size", batch_size, f" with a batching window of {self.batching_window} s")
        limits.MAXIMUM_CONCURRENCY.check(who, "maximum_concurrency", maximum_concurrency)
