"""The modules that Lambda invokes, found in the sources."""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).parents[3]


def has_handler(path: Path) -> bool:
    """Whether a module defines a `handler`, whatever a decorator makes of it."""
    tree = ast.parse(path.read_text())
    return any(isinstance(node, ast.FunctionDef) and node.name == "handler" for node in tree.body)


def entry_points() -> list[str]:
    """Return every module that defines a `handler`."""
    return sorted(
        ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for path in (ROOT / "handlers").rglob("*.py")
        if has_handler(path)
    )
