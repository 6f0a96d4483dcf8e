"""The users table's stream: every change of a user goes out on the bus, in its order."""

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

Records = Sequence[Mapping[str, Any]]


def handler(batch: Mapping[str, Any], context: Context) -> BatchResponse:
    """Publish a batch of changes; a record that nobody can read goes to the dead-letter queue alone.

    Where the bus fails, the batch comes again from the first change that is not out for certain, or whole
    where the event source cannot begin in the middle (`STREAM_FAILURES`). What went out before goes out
    again then, with the same id.
    """
    records: Records = batch["Records"]
    with Invocation(context, correlation.new_id(), records=len(records)) as invocation:
        told = [_told(record) for record in records]
        failed = _publish(told, invocation)
        for record, unreadable in zip(records[:failed], told, strict=False):
            if isinstance(unreadable, Unreadable):
                invocation.note(unreadable=str(unreadable))
                body = msgspec.json.encode({"reason": str(unreadable), "record": record})
                dead_letter(body.decode(), str(unreadable))
        return {
            "batchItemFailures": [{"itemIdentifier": _sequence(record)} for record in records[failed:][:1]]
        }


def _told(record: Mapping[str, Any]) -> NewEvent | Unreadable | None:
    try:
        return event_of(record)
    except Unreadable as unreadable:
        return unreadable


def _publish(told: Sequence[NewEvent | Unreadable | None], invocation: Invocation) -> int:
    """Publish the events; the place from which on they are not out for certain, else the number of all."""
    places = {event.id: place for place, event in enumerate(told) if isinstance(event, NewEvent)}
    for events in batches([event for event in told if isinstance(event, NewEvent)]):
        try:
            publish(events)
        except Exception as error:
            if variable("STREAM_FAILURES") == "batch":
                raise
            invocation.failed(error)
            return places[events[0].id]
    return len(told)


def _sequence(record: Mapping[str, Any]) -> str:
    return record["dynamodb"]["SequenceNumber"]
