"""The output of changes."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from local.commands.console import progress, summary
from local.driver.changes import Change

URN = "urn:pulumi:local::strata::strata:Function$aws:lambda/function:Function::users-create"


@pytest.mark.parametrize(
    ("kinds", "text"),
    [
        (["same", "same"], "2 unchanged"),
        (["create"], "1 created, 0 unchanged"),
        (["same", "delete", "create", "create", "replace", "update"],
         "2 created, 1 updated, 1 replaced, 1 deleted, 1 unchanged"),
    ],
)  # fmt: skip
def test_summary_counts_changes_by_kind(kinds: list[str], text: str) -> None:
    """The summary contains the number of changes of each kind, and of unchanged resources."""
    assert summary([Change(URN, kind, 0.0, ()) for kind in kinds]) == text


def test_progress_without_a_terminal_prints_one_line_for_each_change() -> None:
    """Changed resources are plain lines; unchanged ones are omitted."""
    written = io.StringIO()
    console = Console(file=written, width=200, highlight=False)
    with progress(console) as report:
        report(Change(URN, "same", 0.0, ()))
        report(Change(URN, "update", 0.25, ("code", "timeout")))

    assert (
        written.getvalue() == "  update   users-create  aws:lambda/function:Function (code, timeout)  0.2 s\n"
    )
