"""Putting events on the bus."""

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

MOST_ENTRIES = 10
"""What one PutEvents takes."""


class NewEvent(Struct, frozen=True, kw_only=True):
    """An event to be.

    Attributes:
        subject: what it is about: events about the same thing go out one after the other.
        data: of the shape that the catalogue has for `type`.
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
        kind = CATALOGUE[self.type]
        if not is_from(self.source, kind.source) or not isinstance(self.data, kind.data):
            raise TypeError(
                f"{self.type} of {self.source} with {type(self.data).__name__}: expected {kind.source} with"
                f" {kind.data.__name__}"
            )


def publish(events: Sequence[NewEvent]) -> None:
    """Put events on the bus, those about one subject in their order.

    Raises:
        Unavailable: where the bus has not taken all of them; those before may have gone out, and may go
            out again with the same id.
    """
    for batch in batches(events):
        _put(batch)


def batches(events: Sequence[NewEvent]) -> Iterator[list[NewEvent]]:
    """The events in their order, at most ten together and no subject twice: a batch has no order."""
    batch: list[NewEvent] = []
    for event in events:
        if len(batch) == MOST_ENTRIES or any(event.subject == other.subject for other in batch):
            yield batch
            batch = []
        batch.append(event)
    if batch:
        yield batch


def _put(batch: list[NewEvent]) -> None:
    left, why = batch, Unavailable("the event bus is busy; try again")
    for _ in attempts():
        try:
            left = _refused(left)
        except Unavailable as unavailable:
            why = unavailable
            continue
        if not left:
            return
    raise why


def _refused(batch: list[NewEvent]) -> list[NewEvent]:
    """Put a batch; the events that were not taken."""
    started = time.monotonic()
    with aws.calling("the event bus"):
        answer: Any = aws.client("events").put_events(Entries=[_entry(event) for event in batch])
    refused: list[NewEvent] = []
    for event, entry in zip(batch, answer["Entries"], strict=True):
        if "EventId" in entry:
            _note(event, started)
        else:
            refused.append(event)
    return refused


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


def _note(event: NewEvent, started: float) -> None:
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
