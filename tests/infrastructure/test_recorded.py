"""The recorded files match what the program declares."""

from __future__ import annotations

from pathlib import Path

from tests.infrastructure.conftest import graph_of
from tools.record import contents, differences, merged


def test_recorded_files_are_up_to_date() -> None:
    """`make record` changes nothing, so every change of the graph is a difference to review."""
    assert differences(contents(graph_of)) == [], "run make record, and review the difference"


def test_changed_missing_and_obsolete_files_are_reported(tmp_path: Path) -> None:
    """A file differs if its text differs, if it is not recorded, or if nothing produces it."""
    for name, text in {"same.txt": "a\n", "changed.txt": "a\n", "obsolete.txt": "a\n"}.items():
        (tmp_path / name).write_text(text)

    expected = {"same.txt": "a\n", "changed.txt": "b\n", "missing.txt": "a\n"}
    assert differences(expected, tmp_path) == ["changed.txt", "missing.txt", "obsolete.txt"]


def test_line_that_only_some_stacks_have_names_them() -> None:
    """A line that every stack has is not marked."""
    assert merged({"dev": ["b", "a"], "prod": ["b", "c"]}) == ["a [dev]", "b", "c [prod]"]
