"""The commands' output: progress, summaries, errors and JSON."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.markup import escape

if TYPE_CHECKING:
    from local.driver.changes import Change

DONE = {"create": "created", "update": "updated", "replace": "replaced", "delete": "deleted"}
COLORS = {"create": "green", "update": "yellow", "replace": "magenta", "delete": "red"}


def terminal(*, stderr: bool = False) -> Console:
    """Return the console of standard output or error; without a terminal it prints plain text."""
    return Console(stderr=stderr, highlight=False, soft_wrap=True)


def print_error(error: Exception) -> None:
    """Print an error to standard error."""
    terminal(stderr=True).print(f"error: {error}", style="red", markup=False)


def print_note(text: str) -> None:
    """Print a line that is not part of the result to standard error."""
    terminal(stderr=True).print(text, markup=False)


def print_json(value: Any) -> None:
    """Print a value to standard output as indented JSON."""
    print(json.dumps(value, indent=2, ensure_ascii=False))


@contextmanager
def progress(console: Console) -> Generator[Callable[[Change], None]]:
    """Print one line for each change, and on a terminal a running count of the resources."""
    count = 0
    with console.status("Applying the program") as status:

        def report(change: Change) -> None:
            nonlocal count
            count += 1
            status.update(f"Applying the program: {count} resources")
            if change.kind != "same":
                console.print(change_line(change))

        yield report


def change_line(change: Change) -> str:
    """Return a change as one line: kind, name, type, changed inputs and duration."""
    kind, name = change.urn.split("::")[-2:]
    verb = f"[{COLORS[change.kind]}]{change.kind:<8}[/]"
    properties = f" ({', '.join(change.properties)})" if change.properties else ""
    return f"  {verb} {name}  [dim]{kind.split('$')[-1]}{properties}  {change.seconds:.1f} s[/]"


def summary(changes: Sequence[Change]) -> str:
    """Return the number of changes by kind, such as `3 created, 1 deleted, 40 unchanged`."""
    counts = Counter(change.kind for change in changes)
    done = [f"{counts[kind]} {word}" for kind, word in DONE.items() if counts[kind]]
    return ", ".join([*done, f"{counts['same']} unchanged"])


def change_fields(changes: Sequence[Change]) -> dict[str, Any]:
    """Return the number of changes by kind, and each change except the unchanged resources, for JSON."""
    counts = Counter(change.kind for change in changes)
    return {
        "counts": {kind: counts[kind] for kind in ("create", "update", "replace", "delete", "same")},
        "changes": [
            {
                "urn": each.urn,
                "kind": each.kind,
                "properties": list(each.properties),
                "seconds": round(each.seconds, 3),
            }
            for each in changes
            if each.kind != "same"
        ],
    }


def print_table(console: Console, rows: Mapping[str, str]) -> None:
    """Print names and values in two columns; a value may have several lines."""
    width = max(map(len, rows))
    for name, value in rows.items():
        lines = escape(value).replace("\n", "\n" + " " * (width + 2))
        console.print(f"[dim]{name:<{width}}[/]  {lines}")


def print_json_line(value: Any) -> None:
    """Print a value to standard output as one line of JSON, without delay."""
    print(json.dumps(value, ensure_ascii=False), flush=True)
