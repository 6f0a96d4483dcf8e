"""Publishes events to the event bus."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
from msgspec import Struct

from handlers.events.catalogue import CATALOGUE, is_from
from handlers.events.event import Metadata
from handlers.kit import aws, log
from handlers.kit.environment import variable
from handlers.kit.errors import Unavailable
from handlers.kit.invocation import event_facts
from handlers.kit.retry import attempts

MAX_ENTRIES = 10
"""The most entries of one PutEvents call."""


class NewEvent(Struct, frozen=True, kw_only=True):
    """An event to publish.

    Attributes:
        subject: the id of the entity that it describes; events with the same subject are published in order.
        data: the data, in the catalogue's shape for `type`.
    """

    type: str
    source: str
    id: str
    subject: str
    data: Struct
    correlation_id: str
    occurred_at: str
    actor: str | None = None

    def __post_init__(self) -> None:
        event_type = CATALOGUE[self.type]
        if not is_from(self.source, event_type.source) or not isinstance(self.data, event_type.data):
            raise TypeError(
                f"{self.type} from {self.source} with {type(self.data).__name__}: expected source"
                f" {event_type.source} and data {event_type.data.__name__}"
            )


class RejectedError(Exception):
    """The event bus rejected events, and would reject them again; the text has their ids and AWS's codes."""


def publish(events: Sequence[NewEvent]) -> None:
    """Publish events to the event bus; those with the same subject are published in order.

    Raises:
        Unavailable: if the bus did not accept all of them. Some may have been published; a retry publishes
            these again with the same ids.
        RejectedError: if the bus rejected an event for a reason that no retry changes.
    """
    for batch in batches(events):
        _put(batch)


def batches(events: Sequence[NewEvent]) -> Iterator[list[NewEvent]]:
    """Yield the events in order, in batches of at most `MAX_ENTRIES`.

    A batch has no order, so no batch contains two events with the same subject.
    """
    batch: list[NewEvent] = []
    for event in events:
        if len(batch) == MAX_ENTRIES or any(event.subject == other.subject for other in batch):
            yield batch
            batch = []
        batch.append(event)
    if batch:
        yield batch


def _put(batch: list[NewEvent]) -> None:
    remaining, failure = batch, Unavailable("the event bus is busy; try again")
    for _ in attempts():
        try:
            remaining = _put_once(remaining)
        except Unavailable as unavailable:
            failure = unavailable
            continue
        if not remaining:
            return
    raise failure


def _put_once(batch: list[NewEvent]) -> list[NewEvent]:
    """Send a batch and return the events that the bus did not accept."""
    started = time.monotonic()
    with aws.calling("the event bus"):
        response: Any = aws.client("events").put_events(Entries=[_entry(event) for event in batch])
    rejected: list[NewEvent] = []
    final: list[str] = []
    for event, entry in zip(batch, response["Entries"], strict=True):
        if "EventId" in entry:
            _log(event, started)
        elif aws.is_temporary(entry["ErrorCode"]):
            rejected.append(event)
        else:
            final.append(f"{event.id}: {entry['ErrorCode']}")
    if final:
        raise RejectedError(f"the event bus rejected {', '.join(final)}")
    return rejected


def _entry(event: NewEvent) -> dict[str, str]:
    metadata = Metadata(
        id=event.id,
        correlation_id=event.correlation_id,
        occurred_at=event.occurred_at,
        actor=event.actor,
    )
    return {
        "EventBusName": variable("EVENT_BUS"),
        "Source": event.source,
        "DetailType": event.type,
        "Detail": msgspec.json.encode({"metadata": metadata, "data": event.data}).decode(),
    }


def _log(event: NewEvent, started: float) -> None:
    facts = event_facts(
        event.correlation_id,
        eventId=event.id,
        eventType=event.type,
        source=event.source,
        outcome="published",
        # A consumer may log before this line is written; the duration lets a trace order them by start.
        durationMs=round((time.monotonic() - started) * 1_000, 1),
    )
    log.write("INFO", "event", facts)
