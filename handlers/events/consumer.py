"""A typed function as a Lambda entry point behind an SQS queue of events.

    @consumer
    def handler(event: Event) -> str | None:
        '''Welcome a new user.'''

Each message stands for itself: one that fails comes back after the queue's visibility timeout, and goes to
the dead-letter queue when it has failed too often; one that can never be handled goes there at once, with
the reason, so that it holds up nobody.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any, Protocol, cast, overload

import msgspec

from handlers.events import event as events
from handlers.events.effect import Poison
from handlers.events.event import Event, InvalidEvent
from handlers.kit import aws, correlation, log
from handlers.kit.environment import variable
from handlers.kit.errors import Unavailable
from handlers.kit.invocation import Context, Invocation, event_facts, remaining_seconds
from handlers.kit.retry import ATTEMPT_SECONDS

_LONGEST_REASON = 1_000


class Item(Protocol):
    """What every message says of itself."""

    @property
    def id(self) -> str:
        """The same however often it is delivered."""
        ...

    @property
    def type(self) -> str:
        """What kind of message it is."""
        ...

    @property
    def correlation_id(self) -> str:
        """The request that set it off."""
        ...


Reads = Callable[[Mapping[str, Any]], Any]
Handles = Callable[[Any], "str | None"]
BatchResponse = dict[str, list[dict[str, str]]]


class Consumer:
    """Lambda's entry point: handles every message of a batch, and names those that are to come again."""

    def __init__(self, function: Handles, reads: Reads) -> None:
        self.function = function
        self.reads = reads

    def __call__(self, batch: Mapping[str, Any], context: Context) -> BatchResponse:
        """Handle a batch; what is not named in the answer is done with."""
        records = batch["Records"]
        with Invocation(context, correlation.new_id(), messages=len(records)) as invocation:
            failed = [record["messageId"] for record in records if not self._handle(record)]
            invocation.note(failed=len(failed))
            return {"batchItemFailures": [{"itemIdentifier": identifier} for identifier in failed]}

    def _handle(self, record: Mapping[str, Any]) -> bool:
        """Handle one message; whether it is done with."""
        started = time.monotonic()
        facts = event_facts(None, **delivery_of(record))
        level: log.Level = "INFO"
        try:
            facts["outcome"] = self._outcome(record, facts)
        except Exception as error:  # noqa: BLE001 - whatever it is, the others of the batch go on
            level = "ERROR"
            facts |= {"outcome": "failed", "error": f"{type(error).__name__}: {error}"}
        facts["durationMs"] = round((time.monotonic() - started) * 1_000, 1)
        log.write(level, "event", facts)
        return facts["outcome"] != "failed"

    def _outcome(self, record: Mapping[str, Any], facts: dict[str, object]) -> str:
        if remaining_seconds() < ATTEMPT_SECONDS:
            raise Unavailable("no time is left for it in this run")
        try:
            document = document_of(record["body"])
            facts["correlationId"] = events.correlation_of(document)
            item: Item = self.reads(document)
            facts |= {"correlationId": item.correlation_id, "eventId": item.id, "eventType": item.type}
            return self.function(item) or "done"
        except (InvalidEvent, Poison) as poison:
            dead_letter(record["body"], str(poison))
            facts["error"] = str(poison)
            return "dead-lettered"


@overload
def consumer(function: Callable[[Event], str | None], /) -> Consumer: ...
@overload
def consumer(*, reads: Reads) -> Callable[[Handles], Consumer]: ...
def consumer(
    function: Handles | None = None, /, *, reads: Reads = events.read
) -> Consumer | Callable[[Handles], Consumer]:
    """Make an entry point of a function that handles one message, and may say how it ended.

    Args:
        function: takes what `reads` gives; an answer stands in the log in place of `done`.
        reads: what a message's JSON object means; an event of the catalogue where not given.
    """

    def decorate(given: Handles) -> Consumer:
        return Consumer(given, reads)

    return decorate if function is None else decorate(function)


def dead_letter(body: str, reason: str) -> None:
    """Put a message into the consumer's dead-letter queue, with the reason as its attribute."""
    aws.client("sqs").send_message(
        QueueUrl=variable("DEAD_LETTERS_URL"),
        MessageBody=body,
        MessageAttributes={"reason": {"DataType": "String", "StringValue": reason[:_LONGEST_REASON]}},
    )


def document_of(body: str) -> Mapping[str, Any]:
    """The JSON object in a message.

    Raises:
        Poison: where there is none.
    """
    try:
        document = msgspec.json.decode(body)
    except (ValueError, RecursionError):
        raise Poison("the message is no JSON") from None
    if not isinstance(document, dict):
        raise Poison("the message is no JSON object")
    return cast("dict[str, Any]", document)


def delivery_of(record: Mapping[str, Any]) -> dict[str, object]:
    """How the message came: for how long it waited, and how often."""
    attributes = record["attributes"]
    return {
        "queue": record["eventSourceARN"].rpartition(":")[2],
        "messageId": record["messageId"],
        "attempt": int(attributes["ApproximateReceiveCount"]),
        "waitedMs": max(0, round(time.time() * 1_000) - int(attributes["SentTimestamp"])),
    }
