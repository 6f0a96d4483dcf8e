"""The `consumer` decorator: a typed function as a Lambda entry point behind an SQS queue of events.

    @consumer
    def handler(event: Event) -> str | None:
        '''Send a welcome message to a new user.'''

Each message is handled independently. SQS delivers a failed message again after the queue's visibility
timeout, and moves it to the dead-letter queue after the queue's maximum number of receives. A message that
can never be handled is sent to the dead-letter queue immediately, with the reason.
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

_MAX_REASON_LENGTH = 1_000


class Message(Protocol):
    """The attributes that every parsed message has."""

    @property
    def id(self) -> str:
        """The id; the same for every delivery of the message."""
        ...

    @property
    def type(self) -> str:
        """The type of the message."""
        ...

    @property
    def correlation_id(self) -> str:
        """The id of the request that caused it."""
        ...


Parser = Callable[[Mapping[str, Any]], Any]
Function = Callable[[Any], "str | None"]
BatchResponse = dict[str, list[dict[str, str]]]


class Consumer:
    """The Lambda entry point: handles every message of a batch and reports the failed ones to SQS."""

    def __init__(self, function: Function, reads: Parser) -> None:
        self.function = function
        self.reads = reads

    def __call__(self, batch: Mapping[str, Any], context: Context) -> BatchResponse:
        """Handle a batch and return the failed messages; SQS deletes the others."""
        records = batch["Records"]
        with Invocation(context, correlation.new_id(), messages=len(records)) as invocation:
            failed = [record["messageId"] for record in records if not self._handle(record)]
            invocation.note(failed=len(failed))
            return {"batchItemFailures": [{"itemIdentifier": identifier} for identifier in failed]}

    def _handle(self, record: Mapping[str, Any]) -> bool:
        """Handle one message and log the outcome; return False if SQS must deliver it again."""
        started = time.monotonic()
        facts = event_facts(None, **delivery_of(record))
        level: log.Level = "INFO"
        try:
            facts["outcome"] = self._outcome(record, facts)
        except Exception as error:  # noqa: BLE001 - a failed message must not stop the rest of the batch
            level = "ERROR"
            facts |= {"outcome": "failed", "error": f"{type(error).__name__}: {error}"}
        facts["durationMs"] = round((time.monotonic() - started) * 1_000, 1)
        log.write(level, "event", facts)
        return facts["outcome"] != "failed"

    def _outcome(self, record: Mapping[str, Any], facts: dict[str, object]) -> str:
        if remaining_seconds() < ATTEMPT_SECONDS:
            raise Unavailable("not enough time left in this invocation")
        try:
            document = document_of(record["body"])
            facts["correlationId"] = events.correlation_of(document)
            message: Message = self.reads(document)
            facts |= {
                "correlationId": message.correlation_id,
                "eventId": message.id,
                "eventType": message.type,
            }
            return self.function(message) or "done"
        except (InvalidEvent, Poison) as poison:
            dead_letter(record["body"], str(poison))
            facts["error"] = str(poison)
            return "dead-lettered"


@overload
def consumer(function: Callable[[Event], str | None], /) -> Consumer: ...
@overload
def consumer(*, reads: Parser) -> Callable[[Function], Consumer]: ...
def consumer(
    function: Function | None = None, /, *, reads: Parser = events.read
) -> Consumer | Callable[[Function], Consumer]:
    """Make a function that handles one message a Lambda entry point.

    Args:
        function: takes the result of `reads` and may return an outcome for the log, instead of `done`.
        reads: parses a message's JSON object; the default parses an event of the catalogue.
    """

    def decorate(given: Function) -> Consumer:
        return Consumer(given, reads)

    return decorate if function is None else decorate(function)


def dead_letter(body: str, reason: str) -> None:
    """Send a message to the function's dead-letter queue, with the reason as a message attribute."""
    aws.client("sqs").send_message(
        QueueUrl=variable("DEAD_LETTERS_URL"),
        MessageBody=body,
        MessageAttributes={"reason": {"DataType": "String", "StringValue": reason[:_MAX_REASON_LENGTH]}},
    )


def document_of(body: str) -> Mapping[str, Any]:
    """Return the JSON object in a message.

    Raises:
        Poison: if the message is not a JSON object.
    """
    try:
        document = msgspec.json.decode(body)
    except (ValueError, RecursionError):
        raise Poison("the message is not JSON") from None
    if not isinstance(document, dict):
        raise Poison("the message is not a JSON object")
    return cast("dict[str, Any]", document)


def delivery_of(record: Mapping[str, Any]) -> dict[str, object]:
    """Return the log fields of a delivery: queue, message id, attempt and waiting time."""
    attributes = record["attributes"]
    return {
        "queue": record["eventSourceARN"].rpartition(":")[2],
        "messageId": record["messageId"],
        "attempt": int(attributes["ApproximateReceiveCount"]),
        "waitedMs": max(0, round(time.time() * 1_000) - int(attributes["SentTimestamp"])),
    }
