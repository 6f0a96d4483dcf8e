"""Publishes the changes in the users table's stream as events, in order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from handlers.events.consumer import BatchResponse, dead_letter
from handlers.events.publish import NewEvent, batches, publish
from handlers.kit import correlation
from handlers.kit.environment import variable
from handlers.kit.invocation import Context, Invocation
from handlers.users.changes import Unreadable, event_of

Record = Mapping[str, Any]
Converted = NewEvent | Unreadable | None
"""The event of a record, the reason why it has none, or None for a write that does not change the user."""


def handler(batch: Mapping[str, Any], context: Context) -> BatchResponse:
    """Publish a batch of changes; send unreadable records to the dead-letter queue.

    If publishing fails, the stream delivers the batch again from the first change that may not be published,
    or from the start if the event source does not support partial batches (`STREAM_FAILURES`). Changes that
    are published again keep their event ids.
    """
    records: Sequence[Record] = batch["Records"]
    with Invocation(context, correlation.new_id(), records=len(records)) as invocation:
        converted = [_convert(record) for record in records]
        done = _publish(converted, invocation)
        for record, result in zip(records[:done], converted, strict=False):
            if isinstance(result, Unreadable):
                invocation.note(unreadable=str(result))
                body = msgspec.json.encode({"reason": str(result), "record": record})
                dead_letter(body.decode(), str(result))
        return {"batchItemFailures": [{"itemIdentifier": _sequence(record)} for record in records[done:][:1]]}


def _convert(record: Record) -> Converted:
    try:
        return event_of(record)
    except Unreadable as unreadable:
        return unreadable


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


def _sequence(record: Record) -> str:
    return record["dynamodb"]["SequenceNumber"]
