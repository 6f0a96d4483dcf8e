"""Takes every event off its queue and puts it on the audit stream as it came, a line each.

The queue and the stream both deliver at least once, so a line may come twice: whoever reads the trail tells
by the event's `metadata.id`.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

from handlers.audit import storage
from handlers.events.consumer import BatchResponse, dead_letter, delivery_of, document_of
from handlers.events.effect import Poison
from handlers.events.event import correlation_of
from handlers.kit import correlation, log
from handlers.kit.invocation import Context, Invocation, event_facts

Record = Mapping[str, Any]
"""A message of the queue, as Lambda passes it."""

BREAKS = str.maketrans("\r\n", "  ")
"""Between JSON's tokens a line break means no more than a space; within its strings none can stand."""


class Fate(NamedTuple):
    """What has become of a message; `error` says why where it is not recorded."""

    outcome: str
    error: str | None = None


def handler(batch: Mapping[str, Any], context: Context) -> BatchResponse:
    """Record a batch of events; each that the answer does not name is recorded, or dead-lettered."""
    records: Sequence[Record] = batch["Records"]
    with Invocation(context, correlation.new_id(), messages=len(records)) as invocation:
        started = time.monotonic()
        fates = record_all([record["body"] for record in records])
        duration = round((time.monotonic() - started) * 1_000, 1)
        failed: list[dict[str, str]] = []
        for record, fate in zip(records, fates, strict=True):
            _log(record, fate, duration)
            if fate.outcome == "failed":
                failed.append({"itemIdentifier": record["messageId"]})
        invocation.note(failed=len(failed))
        return {"batchItemFailures": failed}


def record_all(bodies: Sequence[str]) -> list[Fate]:
    """Record the bodies; the fate of each, in their order."""
    lines = [_line_or_poison(body) for body in bodies]
    refusals = iter(storage.put([line for line in lines if isinstance(line, bytes)]))
    return [
        _bury(body, line) if isinstance(line, Poison) else _fate(next(refusals))
        for body, line in zip(bodies, lines, strict=True)
    ]


def line_of(body: str) -> bytes:
    """The event as a line of its own, and otherwise as it came.

    Raises:
        Poison: for what is no JSON object, and would stop every query, or is longer than the stream takes.
    """
    document_of(body)
    line = body.translate(BREAKS).encode() + b"\n"
    if len(line) > storage.LONGEST_LINE:
        raise Poison(f"the event has {len(line)} bytes: expected {storage.LONGEST_LINE} at most")
    return line


def _line_or_poison(body: str) -> bytes | Poison:
    try:
        return line_of(body)
    except Poison as poison:
        return poison


def _fate(refusal: str | None) -> Fate:
    return Fate("failed", refusal) if refusal else Fate("done")


def _bury(body: str, poison: Poison) -> Fate:
    try:
        dead_letter(body, str(poison))
    except Exception as error:  # noqa: BLE001 - whatever it is, the others of the batch are done with
        return Fate("failed", f"{type(error).__name__}: {error}")
    return Fate("dead-lettered", str(poison))


def _log(record: Record, fate: Fate, duration: float) -> None:
    level: log.Level = "ERROR" if fate.outcome == "failed" else "INFO"
    facts = {**_event(record["body"]), "durationMs": duration, **delivery_of(record), "outcome": fate.outcome}
    log.write(level, "event", facts | ({"error": fate.error} if fate.error else {}))


def _event(body: str) -> dict[str, object]:
    """What the log says of an event, which may be anything."""
    document: Mapping[str, Any] = {}
    with suppress(Poison):
        document = document_of(body)
    return event_facts(
        correlation_of(document),
        eventId=_event_id(document),
        eventType=document.get("detail-type"),
        source=document.get("source"),
    )


def _event_id(document: Mapping[str, Any]) -> object:
    try:
        return document["detail"]["metadata"]["id"]
    except (KeyError, TypeError):
        return None
