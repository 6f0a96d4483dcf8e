"""The length of functions."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = (
    *("settings", "wiring", "components", "handlers", "provider", "shell", "local", "operate", "bootstrap"),
    *("bench", "tools"),
)
MOST_LINES = 40


def functions() -> Iterator[tuple[str, int]]:
    """Yield each function outside the tests, with its number of lines."""
    for path in sorted(each for package in PACKAGES for each in (ROOT / package).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                yield f"{path.relative_to(ROOT)}:{node.lineno} {node.name}", lines


def test_no_function_is_longer_than_a_screen() -> None:
    """A longer one does several things: each has a name of its own."""
    found = dict(functions())

    assert len(found) > 1_000
    assert {name: lines for name, lines in found.items() if lines > MOST_LINES} == {}
