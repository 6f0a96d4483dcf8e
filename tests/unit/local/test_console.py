"""How changes are told."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from local.commands.console import counted, progress
from local.driver.changes import Change

URN = "urn:pulumi:local::strata::strata:Function$aws:lambda/function:Function::users-create"


@pytest.mark.parametrize(
    ("kinds", "text"),
    [
        (["same", "same"], "no change (2 resources)"),
        (["create"], "1 created, 0 unchanged"),
        (["same", "delete", "create", "create", "replace", "update"],
         "2 created, 1 updated, 1 replaced, 1 deleted, 1 unchanged"),
    ],
)  # fmt: skip
def test_changes_are_counted_by_kind(kinds: list[str], text: str) -> None:
    """What was done is counted; only when nothing was, it says no change."""
    assert counted([Change(URN, kind, 0.0, ()) for kind in kinds]) == text


def test_progress_without_a_terminal_is_a_line_a_change() -> None:
    """Plain lines for what changed, and none for what did not."""
    written = io.StringIO()
    console = Console(file=written, width=200, highlight=False)
    with progress(console) as report:
        report(Change(URN, "same", 0.0, ()))
        report(Change(URN, "update", 0.25, ("code", "timeout")))

    assert (
        written.getvalue() == "  update   users-create  aws:lambda/function:Function (code, timeout)  0.2 s\n"
    )
