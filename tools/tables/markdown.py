"""Markdown tables, and the descriptions from docstrings for their cells."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Sequence


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table that ends with a newline."""
    lines = [header, ["---"] * len(header), *rows]
    return "".join(f"| {' | '.join(cell.replace('|', '&#124;') for cell in line)} |\n" for line in lines)


def code(text: object) -> str:
    """Return the text as inline code."""
    return f"`{text}`"


def summary(documented: type) -> str:
    """Return the first paragraph of a class's docstring on one line."""
    return " ".join((inspect.getdoc(documented) or "").partition("\n\n")[0].split())


def attributes(documented: type) -> dict[str, str]:
    """Return the descriptions below `Attributes:` in the docstrings of a class and its bases."""
    found: dict[str, str] = {}
    for each in reversed(documented.__mro__):
        section = inspect.cleandoc(each.__doc__ or "").partition("Attributes:\n")[2]
        entries = re.findall(r"^    (\w+): (.*(?:\n {8}.*)*)", section, re.MULTILINE)
        found |= {name: " ".join(text.split()).removesuffix(".") for name, text in entries}
    return found
