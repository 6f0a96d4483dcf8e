"""What importing a handler costs: cold start guarded without a timed test."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.unit.handlers.entry_points import ROOT, entry_points

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
BUDGET = frozenset({"msgspec"})
"""The third-party packages that importing an entry point may load."""
EXCEPTIONS: dict[str, frozenset[str]] = dict.fromkeys(
    (
        *("handlers.auth.pre_token", "handlers.operations.dead_letters", "handlers.partners.authorize"),
        "handlers.releases.prune",
    ),
    frozenset(),
)
"""Entry points with another budget."""


def loaded(module: str) -> set[str]:
    """The modules that a fresh interpreter loads for `module`."""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, module], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return set(json.loads(done.stdout))


def test_exceptions_are_entry_points() -> None:
    """An exception for a module that is gone would hide a misspelt one."""
    assert set(EXCEPTIONS) <= set(entry_points())


@pytest.mark.parametrize("module", entry_points())
def test_import_stays_within_its_budget(module: str) -> None:
    """An entry point loads itself, light parts of the standard library, and the packages of its budget."""
    modules = loaded(module)

    roots = {name.partition(".")[0] for name in modules} - sys.stdlib_module_names - INCIDENTAL
    assert roots == {"handlers", *EXCEPTIONS.get(module, BUDGET)}
    assert modules & NEVER == set()
    assert "handlers.openapi.document" not in modules
