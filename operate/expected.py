"""The steps that follow those of a trace and are not logged yet, as far as the stack's outputs name them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from operate.target import Subscriber
from operate.trace import Hop

WRITE = re.compile(r"(POST|PUT|PATCH|DELETE) ")
STREAM_SECONDS = 60
"""Time after a request in which its changes are published, and the log entry of that becomes readable."""


@dataclass(frozen=True)
class Expected:
    """A step that is expected and not logged yet.

    Attributes:
        where: the name of the function in the program.
        what: the event type, or `changes of a table`.
        event_id: the id of the event; None for changes.
        certain: whether the step must follow; otherwise it may.
        reason: why it is expected.
    """

    where: str
    what: str
    event_id: str | None
    certain: bool
    reason: str


def expected(
    hops: Sequence[Hop], subscribers: Iterable[Subscriber], publishers: Iterable[str], now: datetime
) -> list[Expected]:
    """Return the steps that are expected after those of a trace.

    Args:
        hops: the steps that are logged.
        subscribers: the stack's subscribers of events.
        publishers: the functions that publish the changes of tables.
        now: when the trace was read.
    """
    events = {str(hop.details.get("eventId")): hop.what for hop in hops if hop.outcome == "published"}
    deliveries = [
        delivery
        for event_id, event_type in events.items()
        for each in subscribers
        if event_type in each.types and (delivery := _delivery(hops, each, event_id, event_type))
    ]
    return [*_changes(hops, publishers, now), *deliveries]


def _delivery(hops: Sequence[Hop], subscriber: Subscriber, event_id: str, event_type: str) -> Expected | None:
    """Return the delivery of an event if it is not finished."""
    ends = (subscriber.function, *subscriber.dead_letters)
    logged = [hop for hop in hops if hop.where in ends and hop.details.get("eventId") == event_id]
    if any(hop.where in subscriber.dead_letters or hop.outcome != "failed" for hop in logged):
        return None
    reason = "failed, and not handled since" if logged else "not seen yet"
    certain = not subscriber.filtered or bool(logged)
    return Expected(subscriber.function, event_type, event_id, certain, reason)


def _changes(hops: Sequence[Hop], publishers: Iterable[str], now: datetime) -> Iterator[Expected]:
    """Yield the publication of changes that a request may have made; only the stream knows them."""
    recent = now.timestamp() * 1_000 - STREAM_SECONDS * 1_000
    if any(WRITE.match(hop.what) and hop.outcome.startswith("2") and hop.end > recent for hop in hops):
        for name in publishers:
            if not any(hop.where == name for hop in hops):
                yield Expected(name, "changes of a table", None, certain=False, reason="not seen yet")
