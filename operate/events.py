"""Events put on the bus by hand, and past ones put there again from the archive."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from handlers.events.catalogue import CATALOGUE
from handlers.events.event import InvalidEvent, read
from operate.errors import OperateError, UsageError
from operate.moments import rfc3339
from operate.target import Target

POLL_SECONDS = 1.0
ENDED = frozenset({"COMPLETED", "CANCELLED", "FAILED"})
"""States that a replay does not leave."""


@dataclass(frozen=True)
class Replay:
    """Events of the archive on their way to the bus once more.

    Attributes:
        name: every event that it delivers says so in `replay-name`.
        reason: why it is in its state, where AWS tells.
    """

    name: str
    state: str
    reason: str = ""


def document(
    detail_type: str,
    data: Any,
    source: str | None = None,
    event_id: str | None = None,
    correlation_id: str | None = None,
) -> dict[str, Any]:
    """An event of the catalogue, as EventBridge delivers it.

    Args:
        detail_type: which type of the catalogue.
        data: what the event says, as that type has it.
        source: who says so; needed where a type has many sources.
        event_id: the event's id; a new one where not given.
        correlation_id: the request that it belongs to; a new one where not given.

    Raises:
        UsageError: naming what does not fit the catalogue.
    """
    kind = CATALOGUE.get(detail_type)
    if source is None and kind is not None:
        if kind.source.endswith("*"):
            raise UsageError(f"{detail_type} has many sources: give one with --source, such as {kind.source}")
        source = kind.source
    metadata = {
        "id": event_id if event_id is not None else f"operate:{uuid4().hex}",
        "correlationId": correlation_id if correlation_id is not None else uuid4().hex,
        "occurredAt": rfc3339(datetime.now(UTC)),
    }
    event = {"detail-type": detail_type, "source": source, "detail": {"metadata": metadata, "data": data}}
    try:
        read(event)
    except InvalidEvent as invalid:
        raise UsageError(str(invalid)) from invalid
    return event


def put(target: Target, event: Mapping[str, Any]) -> None:
    """Put a document on the stack's bus.

    Raises:
        OperateError: where the bus does not take it.
    """
    entry = {
        "EventBusName": target.event_bus,
        "Source": event["source"],
        "DetailType": event["detail-type"],
        "Detail": json.dumps(event["detail"]),
    }
    answer: Any = target.client("events").put_events(Entries=[entry])
    refused: Any = answer["Entries"][0]
    if "ErrorCode" in refused:
        raise OperateError(f"PutEvents: {refused['ErrorCode']}: {refused.get('ErrorMessage', '')}")


def replay(target: Target, start: datetime, end: datetime, subscriptions: Sequence[str] = ()) -> Replay:
    """Have the archive's events of some time put on the bus again.

    Args:
        target: the stack.
        start: the first moment.
        end: the last.
        subscriptions: who is to get them, by the rule's name or the program's; everyone where none is given.

    Raises:
        UsageError: where the time is reversed, or there is no such subscription.
    """
    if start >= end:
        raise UsageError(f"from {rfc3339(start)} to {rfc3339(end)}: expected the earlier moment first")
    events = target.client("events")
    archive: Any = events.describe_archive(ArchiveName=target.event_archive.rpartition("/")[2])
    destination: dict[str, Any] = {"Arn": archive["EventSourceArn"]}
    if subscriptions:
        destination["FilterArns"] = _rules(target, subscriptions)
    name = f"operate-{datetime.now(UTC):%Y%m%dT%H%M%S}-{uuid4().hex[:8]}"
    answer: Any = events.start_replay(
        ReplayName=name,
        EventSourceArn=target.event_archive,
        EventStartTime=start,
        EventEndTime=end,
        Destination=destination,
    )
    return Replay(name, answer["State"])


def follow(target: Target, begun: Replay, report: Callable[[Replay], None]) -> Replay:
    """Wait until a replay has ended.

    Args:
        target: the stack.
        begun: the replay.
        report: is told of each new state.

    Raises:
        OperateError: where it has not repeated all events.
    """
    events, seen = target.client("events"), begun
    while seen.state not in ENDED:
        time.sleep(POLL_SECONDS)
        answer: Any = events.describe_replay(ReplayName=begun.name)
        now = Replay(begun.name, answer["State"], answer.get("StateReason", ""))
        if now != seen:
            report(now)
        seen = now
    if seen.state != "COMPLETED":
        raise OperateError(f"replay {seen.name}: {seen.state} {seen.reason}".rstrip())
    return seen


def _rules(target: Target, names: Sequence[str]) -> list[str]:
    """The ARNs of the rules that are called so."""
    pages: Any = target.client("events").get_paginator("list_rules").paginate(EventBusName=target.event_bus)
    rules = {rule["Name"]: rule["Arn"] for page in pages for rule in page["Rules"]}
    return [rules[_rule(name, rules)] for name in names]


def _rule(name: str, rules: Iterable[str]) -> str:
    """The rule that has this name, or ends in it but for the random digits behind."""
    found = [rule for rule in rules if rule == name] or [
        rule for rule in rules if re.sub(r"-[0-9a-f]{7}$", "", rule).endswith(f"-{name}")
    ]
    if len(found) != 1:
        problem = "is called" if not found else "of several is called"
        raise UsageError(
            f"no one subscription {problem} {name!r}; there are: {', '.join(sorted(rules)) or 'none'}"
        )
    return found[0]
