"""Streams: a table's changes, in order, to a function."""

from __future__ import annotations

from collections.abc import Sequence

import pulumi
import pulumi_aws as aws

from components import limits
from components.alarm import AlarmSpec, make_alarm
from components.base import Component
from components.data import Table
from components.dead_letters import DeadLetterQueue
from components.function import Function
from components.runtime import Runtime
from components.use import Use

LATE_SECONDS = 900
"""The alarm's threshold in seconds. A stream keeps a change for a day."""


class Stream(Component):
    """A function that Lambda invokes with a table's changes, in the order of each item.

    Lambda retries a failed batch from the change that failed, and halves it to isolate a bad change. After
    `retries` or `maximum_age` it skips the change and records its position in the dead-letter queue. Later
    changes of the shard wait meanwhile, so the function itself sends a change that can never succeed to the
    dead-letter queue, with its content.

    Example:
        Stream("orders-publish", orders, handler, runtime)

    Args:
        table: a table with a stream.
        handler: where the code is, such as `handlers.users.publish:handler`.
        uses: the function's permissions and environment variables, besides DEAD_LETTERS_URL and
            STREAM_FAILURES (`item`: a response may name the failed changes; `batch`: only an error counts).
        batch_size: the largest number of changes in one invocation.
        retries: how often a failed batch is retried; by default more often than `maximum_age` allows, so
            that an outage of the bus loses no change.
        maximum_age: the age in seconds at which a failing change is skipped; less than a day.

    Attributes:
        function: the function.
        dead_letters: the dead-letter queue.

    Raises:
        ValueError: for values outside Lambda's limits, or a table without a stream.
    """

    name_limit = 64

    def __init__(
        self,
        name: str,
        table: Table,
        handler: str,
        runtime: Runtime,
        *,
        uses: Sequence[Use] = (),
        batch_size: int = 100,
        retries: int = 1_000,
        maximum_age: int = 6 * 3600,
        memory: int | None = None,
        timeout: int | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        _require(name, batch_size, retries, maximum_age)
        if not table.spec.stream:
            raise ValueError(f"stream {name}: table {table.name}: expected a table with stream=True")
        super().__init__(name, opts)
        self.dead_letters = DeadLetterQueue(f"{name}-dead-letters", "stream", runtime, opts=self.child())
        own = (table.use_stream(), self.dead_letters.use(), _use_failures(runtime))
        self.function = Function(
            name, handler, runtime, uses=[*uses, *own], memory=memory, timeout=timeout, opts=self.child()
        )
        self.dead_letters.redrive_to(self.function.function_name)
        runtime.inventory.publishers.append(name)
        self._map(table, batch_size, retries, maximum_age)
        self._alarm_on_delay(runtime)
        self.register_outputs({"functionName": self.function.function_name})

    def _alarm_on_delay(self, runtime: Runtime) -> None:
        make_alarm(
            self,
            AlarmSpec(
                "Changes of a table wait for their consumer",
                "AWS/Lambda:IteratorAge",
                {"FunctionName": self.function.function_name},
                section="late-streams",
                threshold=LATE_SECONDS * 1_000,
                period=300,
            ),
            runtime,
        )

    def _map(self, table: Table, batch_size: int, retries: int, maximum_age: int) -> None:
        """Invoke the function with the table's changes."""
        aws.lambda_.EventSourceMapping(
            self.name,
            event_source_arn=table.stream_arn,
            function_name=self.function.arn,
            starting_position="TRIM_HORIZON",
            batch_size=batch_size,
            # A larger factor would keep each item's order, but not the order between items.
            parallelization_factor=1,
            bisect_batch_on_function_error=True,
            function_response_types=["ReportBatchItemFailures"],
            maximum_retry_attempts=retries,
            maximum_record_age_in_seconds=maximum_age,
            destination_config={"on_failure": {"destination_arn": self.dead_letters.arn}},
            tags=self.tags,
            opts=self.child(),
        )


def _use_failures(runtime: Runtime) -> Use:
    """Set how the function reports a failure: the embedded cloud treats a partial response as success."""
    return Use(env={"STREAM_FAILURES": "batch" if runtime.settings.endpoint else "item"})


def _require(name: str, batch_size: int, retries: int, maximum_age: int) -> None:
    limits.LARGE_BATCH.check(f"stream {name}", "batch_size", batch_size)
    limits.STREAM_RETRIES.check(f"stream {name}", "retries", retries)
    limits.STREAM_AGE.check(f"stream {name}", "maximum_age", maximum_age)
