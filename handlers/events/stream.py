"""A typed function as a Lambda entry point behind a table's stream, which publishes the changes as events.

    @publisher
    def handler(change: Change) -> NewEvent | None:
        '''Publish new orders.'''

If publishing fails, the stream delivers the batch again from the first change that may not be published, or
from the start if the event source does not support partial batches (`STREAM_FAILURES`). A change that is
published again keeps its event id. An unreadable record goes to the dead-letter queue.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from handlers.events import cause
from handlers.events.cause import Cause
from handlers.events.consumer import BatchResponse, dead_letter
from handlers.events.publish import NewEvent, batches, publish
from handlers.kit import clock, correlation
from handlers.kit.environment import variable
from handlers.kit.invocation import Context, Invocation

Record = Mapping[str, Any]


class Change(NamedTuple):
    """A change of one item.

    Attributes:
        old: the item before the change, as plain values; None for a new item.
        new: the item after the change; None for a deleted item.
        occurred_at: when DynamoDB wrote the change, as RFC 3339 text with seconds.
        cause: the request that caused the change.
    """

    old: Mapping[str, Any] | None
    new: Mapping[str, Any] | None
    occurred_at: str
    cause: Cause


class Unreadable(Exception):  # noqa: N818 - the name describes the record
    """The record is not a change of the table's items; the text is the reason."""


Convert = Callable[[Change], NewEvent | None]
Converted = NewEvent | Unreadable | None
"""The event of a record, the reason why it has none, or None for a change without an event."""


class Publisher:
    """Lambda's entry point: converts a batch of changes to events and publishes them in order."""

    def __init__(self, convert: Convert) -> None:
        self.convert = convert

    def __call__(self, batch: Mapping[str, Any], context: Context) -> BatchResponse:
        """Publish a batch; the response has the sequence number from which the stream continues."""
        records: Sequence[Record] = batch["Records"]
        with Invocation(context, correlation.new_id(), records=len(records)) as invocation:
            converted = [self._convert(record) for record in records]
            done = _publish(converted, invocation)
            for record, result in zip(records[:done], converted, strict=False):
                if isinstance(result, Unreadable):
                    invocation.note(unreadable=str(result))
                    body = msgspec.json.encode({"reason": str(result), "record": record})
                    dead_letter(body.decode(), str(result))
            return {
                "batchItemFailures": [
                    {"itemIdentifier": record["dynamodb"]["SequenceNumber"]} for record in records[done:][:1]
                ]
            }

    def _convert(self, record: Record) -> Converted:
        try:
            return self.convert(change_of(record))
        except (KeyError, TypeError, ValueError) as error:
            return Unreadable(f"unreadable change: {type(error).__name__}: {error}")


def publisher(convert: Convert) -> Publisher:
    """Make an entry point from a function that returns a change's event, or None for no event.

    A KeyError, TypeError or ValueError of the function makes the record unreadable.
    """
    return Publisher(convert)


def change_of(record: Record) -> Change:
    """Return the change in a stream record; an item without a cause gets the record's id as correlation id.

    Raises:
        KeyError, TypeError, ValueError: if it is not a stream record.
    """
    change = record["dynamodb"]
    old, new = (_item(change[image]) if image in change else None for image in ("OldImage", "NewImage"))
    stored = (new or old or {}).get(cause.NAME, {"correlationId": record["eventID"]})
    caused_by = Cause(stored["correlationId"], stored.get("actor"))
    return Change(old, new, clock.timestamp(change["ApproximateCreationDateTime"]), caused_by)


def _publish(converted: Sequence[Converted], invocation: Invocation) -> int:
    """Publish the events; return how many records from the start are done."""
    positions = {event.id: at for at, event in enumerate(converted) if isinstance(event, NewEvent)}
    for events in batches([event for event in converted if isinstance(event, NewEvent)]):
        try:
            publish(events)
        except Exception as error:
            if variable("STREAM_FAILURES") == "batch":
                raise
            invocation.failed(error)
            return positions[events[0].id]
    return len(converted)


def _item(image: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _plain(value) for name, value in image.items()}


def _plain(attribute: Mapping[str, Any]) -> Any:
    ((data_type, value),) = attribute.items()
    match data_type:
        case "N":
            return int(value)
        case "M":
            return _item(value)
        case _:
            return value
