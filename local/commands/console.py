"""What the person sees: progress while it goes, a summary when it is done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape

if TYPE_CHECKING:
    from local.driver.driver import Change

DONE = {"create": "created", "update": "updated", "replace": "replaced", "delete": "deleted"}
COLOURS = {"create": "green", "update": "yellow", "replace": "magenta", "delete": "red"}


def terminal() -> Console:
    """The person's terminal; plain text where it is none."""
    return Console(highlight=False, soft_wrap=True)


@contextmanager
def progress(console: Console) -> Generator[Callable[[Change], None]]:
    """Show each change as it is made: one line each, and on a terminal a count that moves."""
    seen = 0
    with console.status("Applying the program") as status:

        def report(change: Change) -> None:
            nonlocal seen
            seen += 1
            status.update(f"Applying the program: {seen} resources")
            if change.kind != "same":
                console.print(change_line(change))

        yield report


def change_line(change: Change) -> str:
    """A change as one line: what, which resource, which inputs differed, how long it took."""
    kind, name = change.urn.split("::")[-2:]
    verb = f"[{COLOURS[change.kind]}]{change.kind:<8}[/]"
    differing = f" ({', '.join(change.properties)})" if change.properties else ""
    return f"  {verb} {name}  [dim]{kind.split('$')[-1]}{differing}  {change.seconds:.1f} s[/]"


def counted(changes: Sequence[Change]) -> str:
    """What was done, such as `3 created, 1 deleted, 40 unchanged`; `no change` when nothing was."""
    counts = Counter(change.kind for change in changes)
    done = [f"{counts[kind]} {word}" for kind, word in DONE.items() if counts[kind]]
    if not done:
        return f"no change ({counts['same']} resources)"
    return ", ".join([*done, f"{counts['same']} unchanged"])


def facts(console: Console, rows: Mapping[str, str]) -> None:
    """Print names and values, aligned; a value may have several lines."""
    width = max(map(len, rows))
    for name, value in rows.items():
        lines = escape(value).replace("\n", "\n" + " " * (width + 2))
        console.print(f"[dim]{name:<{width}}[/]  {lines}")
