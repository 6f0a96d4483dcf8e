"""What a person sees: tables that fit a terminal, or, where a program reads, JSON."""

from __future__ import annotations

import json
import re
import sys
import time
from collections.abc import Mapping, Sequence
from textwrap import shorten
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from operate.letters import Depth, Letter
from operate.moments import length
from operate.partners import PartnerKey
from operate.redrive import Redriven
from operate.trace import Hop

WIDTH = 100
"""How wide a table is where no terminal says otherwise."""

LONGEST_ERROR = 160
"""How many characters of an error a table tells; JSON tells all."""

GENERATED = re.compile(r"^[a-z0-9]+-[a-z]+(-\d+)?-|-[0-9a-f]{7}$")
"""What surrounds a resource's own name: project and stack before it, random digits behind it."""

Cell = str | Text


def terminal() -> Console:
    """Standard output; as wide as the terminal where it is one."""
    return Console(highlight=False, width=None if sys.stdout.isatty() else WIDTH)


def as_json(value: Any) -> None:
    """Print a value as one JSON document."""
    print(json.dumps(value, indent=2))


def as_line(value: Any) -> None:
    """Print a value as one line of JSON, at once."""
    print(json.dumps(value, separators=(",", ":")), flush=True)


def event(document: Mapping[str, Any]) -> None:
    """Print an event as one line, at once: when, which type, its id and correlation id."""
    metadata: Any = document["detail"].get("metadata") or {}
    when = metadata.get("occurredAt", document["time"])
    parts = (when, document["detail-type"], metadata.get("id", "-"), metadata.get("correlationId", "-"))
    print("  ".join(map(str, parts)), flush=True)


def depths(console: Console, found: Sequence[Depth]) -> None:
    """Print how dead-letter queues stand, those with something in them first."""
    table = _table("queue", "kind", ">messages", ">oldest")
    for depth in sorted(found, key=lambda depth: (-depth.messages, depth.name)):
        style = "red" if depth.messages else "dim"
        table.add_row(depth.name, depth.kind, str(depth.messages), _age(depth), style=style)
    console.print(table)


def letters(console: Console, found: Sequence[Letter]) -> None:
    """Print messages, one block each."""
    for letter in found:
        facts = letter.facts()
        body = facts.pop("body")
        rows = {name: value for name, value in facts.items() if value}
        for name, value in rows.items():
            text = value if isinstance(value, str) else json.dumps(value)
            console.print(f"{name:<15} {text}", markup=False, soft_wrap=True)
        console.print(
            body if isinstance(body, str) else json.dumps(body, indent=2), markup=False, soft_wrap=True
        )
        console.print()


def redriven(console: Console, done: Sequence[Redriven]) -> None:
    """Print what became of the messages of each queue."""
    table = _table("queue", ">redriven", ">left", "why")
    for queue in done:
        why = "; ".join(f"{count} x {reason}" for reason, count in queue.left.most_common())
        style = "red" if queue.left else ""
        table.add_row(queue.name, str(queue.sent), str(queue.left.total()), Text(why), style=style)
    console.print(table)


def trace(console: Console, hops: Sequence[Hop]) -> None:
    """Print a request's way, and how it went in a line."""
    start = hops[0].at
    table = _table("", ">at", "where", "what", ">took", "details")
    for hop in hops:
        what = f"{hop.what} → {hop.outcome}" if hop.outcome else hop.what
        took = "" if hop.duration is None else length(hop.duration / 1_000)
        table.add_row(
            "!" if hop.failed else "",
            f"+{(hop.at - start) / 1_000:.3f} s",
            Text(hop.where),
            Text(what),
            took,
            Text(_details(hop.details)),
            style="red" if hop.failed else "",
        )
    console.print(table)
    console.print(summary(hops))


def summary(hops: Sequence[Hop]) -> str:
    """How a request went: how many hops, how many failures, how long in all."""
    failures = sum(hop.failed for hop in hops)
    total = max(hop.end for hop in hops) - hops[0].at
    return f"{_counted(len(hops), 'hop')}, {_counted(failures, 'failure')}, {length(total / 1_000)}"


def partners(console: Console, found: Sequence[PartnerKey]) -> None:
    """Print partners' keys."""
    table = _table("partner", "key", "created", "state")
    for key in found:
        table.add_row(key.partner, key.key_id, key.created_at, key.state, style="" if key.counts else "dim")
    console.print(table)


def own_name(name: str) -> str:
    """A resource's name as the program has it: without project, stack and random digits."""
    return GENERATED.sub("", name) if re.search(r"-[0-9a-f]{7}$", name) else name


def _details(details: Mapping[str, Any]) -> str:
    """The details that are worth a person's time, in words."""
    words: list[str] = []
    if details.get("error"):
        words.append(shorten(str(details["error"]), LONGEST_ERROR, placeholder=" …"))
    if "problem" in details:
        words.append(str(details["problem"]))
    if details.get("attempt", 1) > 1:
        words.append(f"attempt {details['attempt']}")
    if "unlogged" in details:
        words.append(f"nothing logged of attempt {', '.join(map(str, details['unlogged']))}")
    if "waitedMs" in details:
        words.append(f"waited {length(details['waitedMs'] / 1_000)}")
    if "queue" in details:
        words.append(f"queue {own_name(str(details['queue']))}")
    if "connectionId" in details:
        words.append(f"connection {details['connectionId']}")
    return ", ".join(words)


def _age(depth: Depth) -> str:
    if depth.oldest is None:
        return ""
    age = length(max(0.0, time.time() - depth.oldest / 1_000))
    return age if depth.exact else f"≥ {age}"


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _table(*columns: str) -> Table:
    """A table without lines; a column that begins with > is aligned to the right."""
    table = Table(box=None, pad_edge=False, header_style="dim")
    for column in columns:
        right = column.startswith(">")
        # What is told in words may break; names and numbers do only where nothing else helps.
        words = column in ("details", "why", "what")
        table.add_column(
            column.removeprefix(">"),
            justify="right" if right else "left",
            no_wrap=right or column in ("", "kind"),
            overflow="fold",
            ratio=None,
            min_width=8 if words else None,
        )
    return table
