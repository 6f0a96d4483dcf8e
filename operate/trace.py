"""One request's way through every function, queue and push, put together from what was logged on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from operate.documents import as_object, parsed
from operate.letters import Letter, open_box
from operate.moments import of_milliseconds, rfc3339
from operate.target import DeadLetters, Target

AT_ONCE = 4
"""Requests at a time: CloudWatch Logs takes five FilterLogEvents a second."""

MOST_LETTERS = 1_000
"""How many messages of a dead-letter queue are looked at."""

FAILURES = frozenset({"failed", "dead-lettered"})
NOTED = ("status", "attempt", "waitedMs", "queue", "connectionId", "eventId", "source", "error", "problem")
"""What else of a line is told, in this order."""


@dataclass(frozen=True)
class Hop:
    """One thing that was done, or is waiting to be done, for the request.

    Attributes:
        at: when it began, in milliseconds since the epoch.
        where: the function's name in the program, or the dead-letter queue's.
        what: the route, the type of event, or `push`.
        outcome: the status that was answered, or how it ended.
        duration: in milliseconds; None for what takes none.
        failed: whether it is why the request did not do all that it should.
        details: what else there is to know.
        message: which message of which queue it was about, and the attempt; None for what came otherwise.
    """

    at: float
    where: str
    what: str
    outcome: str
    duration: float | None
    failed: bool
    details: Mapping[str, Any]
    message: tuple[str, str, int] | None = field(default=None, repr=False)

    @property
    def end(self) -> float:
        """When it was over, in milliseconds since the epoch."""
        return self.at + (self.duration or 0)

    def facts(self, start: float) -> dict[str, Any]:
        """What there is to know of it; `start` is when the first began."""
        return {
            "at": rfc3339(of_milliseconds(self.at)),
            "offsetMs": round(self.at - start, 1),
            "where": self.where,
            "what": self.what,
            "outcome": self.outcome,
            "durationMs": self.duration,
            "failed": self.failed,
            "details": dict(self.details),
        }


def trace(target: Target, correlation_id: str, since: datetime) -> list[Hop]:
    """Everything that was logged for a request, and the messages of it that were given up, in their order."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        some = [
            *[
                pool.submit(_logged, target, name, group, correlation_id, since)
                for name, group in target.log_groups.items()
            ],
            *[
                pool.submit(_waiting, target, name, queue, correlation_id)
                for name, queue in target.dead_letters.items()
            ],
        ]
        hops = [hop for each in some for hop in each.result()]
    return sorted(_with_missing_attempts(hops), key=lambda hop: (hop.at, -(hop.duration or 0)))


def hop_of(where: str, line: Mapping[str, Any], logged_at: float) -> Hop:
    """What a line of the log tells.

    Args:
        where: the function's name in the program.
        line: the JSON object that was logged.
        logged_at: when, in milliseconds since the epoch; what the line itself says of that goes before.
    """
    kind = line.get("message")
    duration = line.get("durationMs")
    outcome = line.get("outcome", line.get("status"))
    failed = line.get("outcome") in FAILURES or (kind == "invocation" and _is_error(line))
    return Hop(
        at=_moment(line, logged_at) - (duration or 0),
        where=where,
        what=str(line.get("route") or line.get("eventType") or kind),
        outcome=str(outcome) if outcome is not None else ("failed" if failed else ""),
        duration=duration,
        failed=failed,
        details={name: line[name] for name in NOTED if line.get(name) is not None},
        message=_message(line),
    )


def _is_error(line: Mapping[str, Any]) -> bool:
    return "error" in line or line.get("status", 200) >= 500


def _message(line: Mapping[str, Any]) -> tuple[str, str, int] | None:
    if "messageId" not in line or "attempt" not in line:
        return None
    return str(line.get("queue")), str(line["messageId"]), int(line["attempt"])


def _moment(line: Mapping[str, Any], logged_at: float) -> float:
    try:
        return datetime.fromisoformat(line["timestamp"]).timestamp() * 1_000
    except (KeyError, TypeError, ValueError):
        return logged_at


def _logged(target: Target, name: str, group: str, correlation_id: str, since: datetime) -> list[Hop]:
    logs = target.client("logs")
    # As a phrase, which is found anywhere in a line; what it stands for there is looked at here.
    pages: Any = logs.get_paginator("filter_log_events").paginate(
        logGroupName=group, startTime=int(since.timestamp() * 1_000), filterPattern=f'"{correlation_id}"'
    )
    try:
        entries = [entry for page in pages for entry in page["events"]]
    except logs.exceptions.ResourceNotFoundException:
        return []
    lines = ((as_object(parsed(entry["message"])), entry["timestamp"]) for entry in entries)
    return [
        hop_of(name, line, logged_at)
        for line, logged_at in lines
        if line.get("correlationId") == correlation_id
    ]


def _waiting(target: Target, name: str, dead_letters: DeadLetters, correlation_id: str) -> list[Hop]:
    box = open_box(target, dead_letters)
    if not box.depth():
        return []
    with box.taken(MOST_LETTERS) as letters:
        return [_given_up(name, letter) for letter in letters if correlation_id in letter.correlation_ids]


def _given_up(name: str, letter: Letter) -> Hop:
    details = {"messageId": letter.id, "eventId": letter.event_id, "error": letter.reason}
    return Hop(
        at=letter.sent,
        where=name,
        what=letter.event_type or "message",
        outcome="waiting",
        duration=None,
        failed=True,
        details={name: value for name, value in details.items() if value},
    )


def _with_missing_attempts(hops: Sequence[Hop]) -> list[Hop]:
    """Tell of attempts that left no line: whoever crashes or times out logs nothing any more."""
    seen: dict[tuple[str, str], set[int]] = {}
    for hop in hops:
        if hop.message:
            seen.setdefault(hop.message[:2], set()).add(hop.message[2])
    told: list[Hop] = []
    for hop in hops:
        if hop.message and (missing := _before(hop.message, seen[hop.message[:2]])):
            hop = replace(hop, details={**hop.details, "unlogged": missing})  # noqa: PLW2901 - the same, with more
        told.append(hop)
    return told


def _before(message: tuple[str, str, int], seen: set[int]) -> list[int]:
    """The attempts right before this one of which nothing was logged."""
    attempt, missing = message[2] - 1, list[int]()
    while attempt > 0 and attempt not in seen:
        missing.insert(0, attempt)
        attempt -= 1
    return missing
