"""What importing a handler costs: cold start guarded without a timed test."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
NEVER = {"asyncio", "http.client", "logging", "random", "ssl", "urllib.request"}
"""Parts of the standard library that cost more than they are worth before a request comes."""
INCIDENTAL = {"typing", "typing_extensions"}
"""The pseudo-modules of `typing`, and what msgspec takes where it happens to be there: no layer has it."""
SCRIPT = """
import importlib, json, sys
before = set(sys.modules)
importlib.import_module(sys.argv[1])
print(json.dumps(sorted(set(sys.modules) - before)))
"""
ENTRIES = {
    "handlers.audit.record": {"msgspec"},
    "handlers.auth.pre_token": set[str](),
    "handlers.fallback.not_found": {"msgspec"},
    "handlers.health.read": {"msgspec"},
    "handlers.me.change": {"msgspec"},
    "handlers.me.preferences_change": {"msgspec"},
    "handlers.me.preferences_read": {"msgspec"},
    "handlers.me.read": {"msgspec"},
    "handlers.notifications.digest": {"msgspec"},
    "handlers.notifications.feedback": {"msgspec"},
    "handlers.notifications.send": {"msgspec"},
    "handlers.openapi.read": {"msgspec"},
    "handlers.operations.dead_letters": set[str](),
    "handlers.partners.accept": {"msgspec"},
    "handlers.partners.authorize": set[str](),
    "handlers.realtime.authorizer": {"msgspec"},
    "handlers.realtime.connect": {"msgspec"},
    "handlers.realtime.disconnect": {"msgspec"},
    "handlers.realtime.ping": {"msgspec"},
    "handlers.realtime.push": {"msgspec"},
    "handlers.realtime.resume": {"msgspec"},
    "handlers.realtime.ticket": {"msgspec"},
    "handlers.realtime.unknown": {"msgspec"},
    "handlers.users.change": {"msgspec"},
    "handlers.users.create": {"msgspec"},
    "handlers.users.delete": {"msgspec"},
    "handlers.users.list": {"msgspec"},
    "handlers.users.publish": {"msgspec"},
    "handlers.users.read": {"msgspec"},
    "handlers.webhooks.receive": {"msgspec"},
}
"""Every entry point, with the third-party packages that its import may load."""


def loaded(module: str) -> set[str]:
    """The modules that a fresh interpreter loads for `module`."""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, module], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return set(json.loads(done.stdout))


def has_handler(path: Path) -> bool:
    """Whether a module defines a `handler`, whatever a decorator makes of it."""
    tree = ast.parse(path.read_text())
    return any(isinstance(node, ast.FunctionDef) and node.name == "handler" for node in tree.body)


def test_every_entry_point_has_its_budget() -> None:
    """A module with a `handler` stands in the table, and nothing else does."""
    found = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for path in (ROOT / "handlers").rglob("*.py")
        if has_handler(path)
    }

    assert found == set(ENTRIES)


@pytest.mark.parametrize("module", ENTRIES)
def test_import_stays_within_its_budget(module: str) -> None:
    """An entry point loads itself, the standard library's light parts, and what it is allowed."""
    modules = loaded(module)

    roots = {name.partition(".")[0] for name in modules} - sys.stdlib_module_names - INCIDENTAL
    assert roots == {"handlers", *ENTRIES[module]}
    assert modules & NEVER == set()
    assert "handlers.openapi.document" not in modules
