"""Output of the commands: a JSON document, or text and tables for a terminal."""

from __future__ import annotations

import json
import re
import sys
import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from textwrap import shorten
from typing import Any, override

from rich.console import Console, Group, RenderableType
from rich.table import Table

from operate import results
from operate.dead_letter_queues import DeadMessage, Depth
from operate.expected import Expected
from operate.partners import PartnerKey
from operate.redrive import RedriveResult
from operate.releases import Pointer, Release
from operate.text import line, printable
from operate.times import format_duration, rfc3339
from operate.trace import Hop

WIDTH = 100
"""Width of a table if standard output is not a terminal, in columns."""

MAX_ERROR_LENGTH = 160
"""Maximum number of characters of an error in a table; JSON has the whole text."""

GENERATED = re.compile(r"^[a-z0-9]+-[a-z]+(-\d+)?-|-[0-9a-f]{7}$")
"""The parts that Pulumi adds to a resource's name: project and stack as prefix, random digits as suffix."""


def show(result: Any, text: RenderableType, *, as_json: bool) -> None:
    """Print the result of a command.

    Args:
        result: the JSON document, of a type in `operate.results`.
        text: the same as text; an empty string prints nothing.
        as_json: whether to print the JSON document.
    """
    if as_json:
        print(json.dumps(result, indent=2))
    elif not isinstance(text, str):
        _terminal().print(text)
    elif text:
        print(printable(text))


def show_line(result: Any, text: str, *, as_json: bool) -> None:
    """Print one result of a command that prints several over time, as one line, and flush it."""
    print(json.dumps(result, separators=(",", ":")) if as_json else line(text), flush=True)


def event(document: Mapping[str, Any]) -> str:
    """Return an event as one line: time, type, id and correlation id."""
    metadata: Any = document["detail"].get("metadata") or {}
    occurred = metadata.get("occurredAt", document["time"])
    parts = (occurred, document["detail-type"], metadata.get("id", "-"), metadata.get("correlationId", "-"))
    return "  ".join(map(str, parts))


def depths(found: Sequence[Depth]) -> Table:
    """Return a table of dead-letter queues, fullest first."""
    table = _table("queue", "kind", ">messages", ">in flight", ">oldest")
    for depth in sorted(found, key=lambda depth: (-depth.messages, depth.name)):
        style = "red" if depth.messages else "dim"
        numbers = (str(depth.messages), str(depth.in_flight or ""))
        table.add_row(depth.name, depth.kind, *numbers, _age(depth), style=style)
    return table


def messages(found: Sequence[DeadMessage]) -> str:
    """Return dead-lettered messages, as one block of lines each."""
    return "\n".join(_message(message) for message in found)


def redriven(done: Sequence[RedriveResult]) -> Table:
    """Return a table of redrive results, one row for each queue."""
    table = _table("queue", ">redriven", ">left", "reason")
    for queue in done:
        reasons = "; ".join(f"{count} x {reason}" for reason, count in queue.left.most_common())
        style = "red" if queue.left else ""
        table.add_row(queue.name, str(queue.sent), str(queue.left.total()), reasons, style=style)
    return table


def trace(hops: Sequence[Hop], steps: Sequence[Expected], read_at: datetime) -> RenderableType:
    """Return a table of a request's steps, the expected ones and a summary; an empty string without steps."""
    if not hops:
        return ""
    start = hops[0].at
    table = _table("", ">at", "where", "what", ">took", "details")
    for hop in hops:
        table.add_row(
            "!" if hop.failed else "",
            f"+{(hop.at - start) / 1_000:.3f} s",
            hop.where,
            f"{hop.what} → {hop.outcome}" if hop.outcome else hop.what,
            "" if hop.duration is None else format_duration(hop.duration / 1_000),
            _details(hop.details),
            style="red" if hop.failed else "",
        )
    return Group(table, *map(_expected, steps), summary(hops, steps, read_at))


def _expected(step: Expected) -> str:
    verb = "expected" if step.certain else "possible"
    return printable(f"{verb}: {step.what} at {step.where}: {step.reason}")


def summary(hops: Sequence[Hop], steps: Sequence[Expected], read_at: datetime) -> str:
    """Return the number of steps and failures, the total time, and what is still expected at which time."""
    failures = sum(hop.failed for hop in hops)
    total = format_duration((max(hop.end for hop in hops) - hops[0].at) / 1_000)
    certain = sum(step.certain for step in steps)
    possible = len(steps) - certain
    missing = [f"{certain} more expected"] * bool(certain) + [f"{possible} more possible"] * bool(possible)
    counts = [_counted(len(hops), "hop"), _counted(failures, "failure"), total, *missing]
    return f"{', '.join(counts)}, as of {rfc3339(read_at)}"


def partners(found: Sequence[PartnerKey]) -> Table:
    """Return a table of partner keys."""
    table = _table("partner", "key", "created", "state")
    for key in found:
        table.add_row(key.partner, key.key_id, key.created_at, key.state, style="" if key.valid else "dim")
    return table


def releases(found: Sequence[Release]) -> Table:
    """Return a table of releases."""
    table = _table("release", "created", "shown at", ">assets", ">kB")
    for each in found:
        shown = ", ".join(each.hosts) if each.complete else "incomplete: being deployed or deleted"
        numbers = (str(each.assets), f"{each.size / 1_000:.1f}")
        table.add_row(each.id, rfc3339(each.created_at), shown, *numbers, style="" if shown else "dim")
    return table


def pointer(changed: Pointer) -> str:
    """Return the release that a host shows, and the one before."""
    before = f" (before: {changed.previous})" if changed.previous else ""
    return f"{changed.host}: {changed.id or 'the default release'}{before}"


def own_name(name: str) -> str:
    """Return a resource's name in the program: without project, stack and random suffix."""
    return GENERATED.sub("", name) if re.search(r"-[0-9a-f]{7}$", name) else name


def _terminal() -> Console:
    width = None if sys.stdout.isatty() else WIDTH
    return Console(highlight=False, markup=False, emoji=False, width=width)


def _message(message: DeadMessage) -> str:
    fields: dict[str, Any] = {**results.from_message(message)}
    body = fields.pop("body")
    rows = [f"{name:<15} {_text(value)}" for name, value in fields.items() if value]
    return "\n".join([*rows, body if isinstance(body, str) else json.dumps(body, indent=2), ""])


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _details(details: Mapping[str, Any]) -> str:
    """Return the details that an operator needs, in words."""
    words: list[str] = []
    if details.get("error"):
        words.append(shorten(str(details["error"]), MAX_ERROR_LENGTH, placeholder=" …"))
    if "problem" in details:
        words.append(str(details["problem"]))
    if details.get("attempt", 1) > 1:
        words.append(f"attempt {details['attempt']}")
    if "unlogged" in details:
        words.append(f"attempt {', '.join(map(str, details['unlogged']))} not logged")
    if "waitedMs" in details:
        words.append(f"waited {format_duration(details['waitedMs'] / 1_000)}")
    if "queue" in details:
        words.append(f"queue {own_name(str(details['queue']))}")
    if "connectionId" in details:
        words.append(f"connection {details['connectionId']}")
    return ", ".join(words)


def _age(depth: Depth) -> str:
    if depth.oldest is None:
        return ""
    age = format_duration(max(0.0, time.time() - depth.oldest / 1_000))
    return age if depth.exact else f"≥ {age}"


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


class _Table(Table):
    """A table whose cells are printable."""

    @override
    def add_row(self, *cells: Any, **options: Any) -> None:
        super().add_row(*(printable(cell) if isinstance(cell, str) else cell for cell in cells), **options)


def _table(*columns: str) -> Table:
    """Return an empty table without borders; a `>` before a column's name aligns it right."""
    table = _Table(box=None, pad_edge=False, header_style="dim")
    for column in columns:
        right = column.startswith(">")
        # Prose may wrap; names and numbers wrap only if the table does not fit otherwise.
        prose = column in ("details", "reason", "what")
        table.add_column(
            column.removeprefix(">"),
            justify="right" if right else "left",
            no_wrap=right or column in ("", "kind"),
            overflow="fold",
            ratio=None,
            min_width=8 if prose else None,
        )
    return table
