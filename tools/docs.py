"""Generates the reference tables in the documentation: `python -m tools.docs [--check]`.

In README.md or a page in `docs/`, a table is between the lines `<!-- generated: NAME -->` and `<!-- end -->`.
Without `--check`, the tables are written; with it, nothing is written and the tables that differ are printed.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from shell.command import run
from tools.tables.cost import cost
from tools.tables.events import events
from tools.tables.protection import protection
from tools.tables.provider import provider
from tools.tables.routes import routes
from tools.tables.settings import settings

ROOT = Path(__file__).parents[1]
MARKED = re.compile(r"(<!-- generated: ([\w-]+) -->\n)(.*?)(<!-- end -->)", re.DOTALL)

Tables = Mapping[str, Callable[[], str]]

TABLES: Tables = {
    "settings": settings,  # docs/configuration.md
    "events": events,  # docs/events.md
    "routes": routes,  # docs/api.md
    "provider": provider,  # docs/local.md
    "protection": protection,  # docs/operations.md
    "cost": cost,  # docs/operations.md
    # To add a table: a module in tools/tables/, its name here, and its markers in a page.
}
"""The function that generates each table, by the name in its markers."""


class DocsError(Exception):
    """A page marks a table that does not exist."""


def regenerate(text: str, tables: Tables) -> tuple[str, list[str]]:
    """Return a page with its tables generated again, and the names of the tables that differed.

    Raises:
        DocsError: if a marker names an unknown table.
    """
    differing: list[str] = []

    def replace(match: re.Match[str]) -> str:
        start, name, old, end = match.groups()
        if name not in tables:
            raise DocsError(f"no table {name!r}: expected one of {', '.join(sorted(tables))}")
        new = f"\n{tables[name]()}\n"
        if new != old:
            differing.append(name)
        return f"{start}{new}{end}"

    return MARKED.sub(replace, text), differing


def update(pages: Sequence[Path], tables: Tables, *, write: bool) -> list[str]:
    """Return `page: table` for each table that differs from its source; write the pages if `write` is set.

    Raises:
        DocsError: if a marker names an unknown table; the message names the page.
    """
    found: list[str] = []
    for page in pages:
        try:
            text, names = regenerate(page.read_text("utf-8"), tables)
        except DocsError as error:
            raise DocsError(f"{page.name}: {error}") from None
        found += [f"{page.name}: {name}" for name in names]
        if write and names:
            page.write_text(text, "utf-8")
    return found


def pages() -> list[Path]:
    """Return the pages that may hold generated tables."""
    return [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def main(arguments: Sequence[str]) -> int:
    """Write the tables; with `--check`, print those that differ and return 1 if there are any."""
    parser = argparse.ArgumentParser(prog="python -m tools.docs")
    parser.add_argument("--check", action="store_true", help="print the tables that differ; write nothing")
    check = parser.parse_args(arguments).check
    try:
        found = update(pages(), TABLES, write=not check)
    except DocsError as error:
        print(error)
        return 1
    for each in found:
        print(f"{each}: differs from its source; run make docs" if check else f"{each}: written")
    return 1 if check and found else 0


if __name__ == "__main__":
    run(lambda: main(sys.argv[1:]))
