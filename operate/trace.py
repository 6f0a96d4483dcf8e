"""Trace of one request through functions, queues and WebSocket pushes, built from its log entries."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Any

from operate.dead_letter_queues import DeadMessage, reader
from operate.documents import as_object, parse
from operate.target import DeadLetterQueue, Target

CONCURRENCY = 4
"""Number of concurrent calls: CloudWatch Logs allows five FilterLogEvents per second."""

MAX_DEAD_MESSAGES = 1_000
"""Maximum number of messages that a trace reads from a dead-letter queue."""

FAILURES = frozenset({"failed", "dead-lettered"})
DETAILS = ("status", "attempt", "waitedMs", "queue", "connectionId", "eventId", "source", "error", "problem")
"""Keys of a log entry that a hop keeps as details, in this order."""


@dataclass(frozen=True)
class Hop:
    """One step of a request: an invocation, an event, a push, or a dead-lettered message.

    Attributes:
        at: when the step started, in milliseconds since the epoch.
        where: the name of the function or dead-letter queue in the program.
        what: the route, the event type, or `push`.
        outcome: the HTTP status or the outcome.
        duration: in milliseconds; None if the entry has none.
        failed: whether the step failed.
        details: other facts of the log entry, see `DETAILS`.
        delivery: queue, message id and attempt of an SQS delivery; None otherwise.
    """

    at: float
    where: str
    what: str
    outcome: str
    duration: float | None
    failed: bool
    details: Mapping[str, Any]
    delivery: tuple[str, str, int] | None = field(default=None, repr=False)

    @property
    def end(self) -> float:
        """When the step ended, in milliseconds since the epoch."""
        return self.at + (self.duration or 0)


def trace(target: Target, correlation_id: str, since: datetime) -> list[Hop]:
    """Return the steps of a request in order of their start: log entries and dead-lettered messages."""
    reads: list[Callable[[], list[Hop]]] = [
        *(
            partial(_logged, target, name, group, correlation_id, since)
            for name, group in target.log_groups.items()
        ),
        *(
            partial(_dead_lettered, target, name, queue, correlation_id)
            for name, queue in target.dead_letters.items()
        ),
    ]
    with ThreadPoolExecutor(CONCURRENCY) as pool:
        # An interrupted `map` cancels the reads that have not begun.
        hops = [hop for found in pool.map(_call, reads) for hop in found]
    return sorted(_with_unlogged_attempts(hops), key=lambda hop: (hop.at, -(hop.duration or 0)))


def _call(read: Callable[[], list[Hop]]) -> list[Hop]:
    return read()


def from_log_entry(where: str, entry: Mapping[str, Any], logged_at: float) -> Hop:
    """Return the step that a log entry describes.

    Args:
        where: the function's name in the program.
        entry: the logged JSON object.
        logged_at: when CloudWatch Logs received the entry, in milliseconds since the epoch; used if the entry
            has no valid timestamp.
    """
    kind = entry.get("message")
    duration = entry.get("durationMs")
    outcome = entry.get("outcome", entry.get("status"))
    failed = entry.get("outcome") in FAILURES or (kind == "invocation" and _is_error(entry))
    return Hop(
        at=_timestamp(entry, logged_at) - (duration or 0),
        where=where,
        what=str(entry.get("route") or entry.get("eventType") or kind),
        outcome=str(outcome) if outcome is not None else ("failed" if failed else ""),
        duration=duration,
        failed=failed,
        details={name: entry[name] for name in DETAILS if entry.get(name) is not None},
        delivery=_delivery(entry),
    )


def _is_error(entry: Mapping[str, Any]) -> bool:
    return "error" in entry or entry.get("status", 200) >= 500


def _delivery(entry: Mapping[str, Any]) -> tuple[str, str, int] | None:
    if "messageId" not in entry or "attempt" not in entry:
        return None
    return str(entry.get("queue")), str(entry["messageId"]), int(entry["attempt"])


def _timestamp(entry: Mapping[str, Any], logged_at: float) -> float:
    try:
        return datetime.fromisoformat(entry["timestamp"]).timestamp() * 1_000
    except (KeyError, TypeError, ValueError):
        return logged_at


def _logged(target: Target, name: str, group: str, correlation_id: str, since: datetime) -> list[Hop]:
    logs = target.client("logs")
    # The quoted filter matches anywhere in an entry, so the key is checked below.
    pages: Any = logs.get_paginator("filter_log_events").paginate(
        logGroupName=group, startTime=int(since.timestamp() * 1_000), filterPattern=f'"{correlation_id}"'
    )
    try:
        logged = [each for page in pages for each in page["events"]]
    except logs.exceptions.ResourceNotFoundException:
        return []
    entries = ((as_object(parse(each["message"])), each["timestamp"]) for each in logged)
    return [
        from_log_entry(name, entry, logged_at)
        for entry, logged_at in entries
        if entry.get("correlationId") == correlation_id
    ]


def _dead_lettered(target: Target, name: str, queue: DeadLetterQueue, correlation_id: str) -> list[Hop]:
    source = reader(target, queue)
    if not any(source.depth()):
        return []
    with source.messages(MAX_DEAD_MESSAGES) as messages:
        return [
            _from_dead_message(name, message)
            for message in messages
            if correlation_id in message.correlation_ids
        ]


def _from_dead_message(name: str, message: DeadMessage) -> Hop:
    details = {"messageId": message.id, "eventId": message.event_id, "error": message.reason}
    return Hop(
        at=message.sent,
        where=name,
        what=message.event_type or "message",
        outcome="waiting",
        duration=None,
        failed=True,
        details={name: value for name, value in details.items() if value},
    )


def _with_unlogged_attempts(hops: Sequence[Hop]) -> list[Hop]:
    """Add attempts without a log entry to the details: a function that crashes or times out logs nothing."""
    logged: dict[tuple[str, str], set[int]] = {}
    for hop in hops:
        if hop.delivery:
            logged.setdefault(hop.delivery[:2], set()).add(hop.delivery[2])
    return [
        replace(hop, details={**hop.details, "unlogged": missing})
        if hop.delivery and (missing := _unlogged_before(hop.delivery, logged[hop.delivery[:2]]))
        else hop
        for hop in hops
    ]


def _unlogged_before(delivery: tuple[str, str, int], logged: set[int]) -> list[int]:
    """Return the attempts directly before this one that have no log entry."""
    attempt, missing = delivery[2] - 1, list[int]()
    while attempt > 0 and attempt not in logged:
        missing.insert(0, attempt)
        attempt -= 1
    return missing
