"""Consumes the queue of all events, and records each as a line of the audit stream.

The queue and the stream both deliver at least once, so an event may be recorded twice: readers of the audit
trail recognize duplicates by the event's `metadata.id`.
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
"""A message of the queue, in Lambda's format."""

_LINE_BREAKS = str.maketrans("\r\n", "  ")
"""Replaces line breaks: JSON allows them only between tokens, where a space means the same."""


class Result(NamedTuple):
    """The result of recording a message; `error` is the reason if it was not recorded."""

    outcome: str
    error: str | None = None


def handler(batch: Mapping[str, Any], context: Context) -> BatchResponse:
    """Record a batch of events; the response lists the messages to retry."""
    records: Sequence[Record] = batch["Records"]
    with Invocation(context, correlation.new_id(), messages=len(records)) as invocation:
        started = time.monotonic()
        results = record_all([record["body"] for record in records])
        duration = round((time.monotonic() - started) * 1_000, 1)
        failed: list[dict[str, str]] = []
        for record, result in zip(records, results, strict=True):
            _log(record, result, duration)
            if result.outcome == "failed":
                failed.append({"itemIdentifier": record["messageId"]})
        invocation.note(failed=len(failed))
        return {"batchItemFailures": failed}


def record_all(bodies: Sequence[str]) -> list[Result]:
    """Record messages by their bodies, and return the result of each, in the same order."""
    lines = [_line_or_poison(body) for body in bodies]
    errors = iter(storage.record([line for line in lines if isinstance(line, bytes)]))
    return [
        _dead_letter(body, line) if isinstance(line, Poison) else _result_of(next(errors))
        for body, line in zip(bodies, lines, strict=True)
    ]


def line_of(body: str) -> bytes:
    """Return the event as one line, and otherwise unchanged.

    Raises:
        Poison: the body is not a JSON object, which would break every query, or exceeds Firehose's limit.
    """
    document_of(body)
    line = body.translate(_LINE_BREAKS).encode() + b"\n"
    if len(line) > storage.MAX_LINE_BYTES:
        raise Poison(f"the event has {len(line)} bytes: expected {storage.MAX_LINE_BYTES} at most")
    return line


def _line_or_poison(body: str) -> bytes | Poison:
    try:
        return line_of(body)
    except Poison as poison:
        return poison


def _result_of(error: str | None) -> Result:
    return Result("failed", error) if error else Result("done")


def _dead_letter(body: str, poison: Poison) -> Result:
    try:
        dead_letter(body, str(poison))
    except Exception as error:  # noqa: BLE001 - a failure must not stop the rest of the batch
        return Result("failed", f"{type(error).__name__}: {error}")
    return Result("dead-lettered", str(poison))


def _log(record: Record, result: Result, duration: float) -> None:
    level: log.Level = "ERROR" if result.outcome == "failed" else "INFO"
    facts = {
        **_event(record["body"]),
        "durationMs": duration,
        **delivery_of(record),
        "outcome": result.outcome,
    }
    log.write(level, "event", facts | ({"error": result.error} if result.error else {}))


def _event(body: str) -> dict[str, object]:
    """Return the fields of the log line that identify an event; the body may be malformed."""
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
