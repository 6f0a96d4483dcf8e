"""Watching the program's files."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from local.commands.watch import changes, concerns, save_time


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("handlers/users/create.py", True),
        ("components/api.py", True),
        ("settings/checks.py", True),
        ("wiring/users.py", True),
        ("settings.py", False),
        ("__main__.py", True),
        ("Pulumi.yaml", True),
        ("Pulumi.local.yaml", True),
        ("handlers/layers/aws.txt", True),
        ("handlers/4913", False),
        ("handlers/users/create", False),
        ("README.md", False),
        ("tests/unit/test_x.py", False),
        ("handlers/users/create.py.swp", False),
        ("handlers/users/.create.py", False),
        ("handlers/__pycache__/x.py", False),
        (".local/outputs.json", False),
    ],
)
def test_program_files_are_recognized(tmp_path: Path, path: str, *, expected: bool) -> None:
    """Sources and stack files belong to the program; temporary files of editors and other files do not."""
    assert concerns(tmp_path, tmp_path / path) is expected


def test_changes_in_new_folders_are_reported(tmp_path: Path) -> None:
    """A folder that is created later is reported, and so are files saved in it."""
    (tmp_path / "handlers").mkdir()
    folder = tmp_path / "handlers" / "files"
    file = folder / "put.py"
    stop, seen = threading.Event(), set[Path]()
    thread = threading.Thread(target=lambda: [seen.update(batch) for batch in changes(tmp_path, stop)])
    thread.start()

    found = [
        eventually(
            lambda: folder in seen, repeat=lambda: (folder.exists() and folder.rmdir(), folder.mkdir())
        ),
        eventually(lambda: file in seen, repeat=lambda: file.write_text("x = 1")),
    ]
    stop.set()
    thread.join(10)

    assert (found, thread.is_alive()) == ([True, True], False)


@pytest.mark.parametrize(("age", "expected"), [(2.0, 98.0), (-5.0, 100.0), (80.0, 100.0)])
def test_save_time_is_that_of_the_newest_file(tmp_path: Path, age: float, expected: float) -> None:
    """The newest modification time is returned, or the time of the event if it is implausible."""
    paths = [tmp_path / name for name in ("old", "new", "gone")]
    for path, time_ in zip(paths[:2], (10.0, 100.0 - age), strict=True):
        path.touch()
        os.utime(path, (time_, time_))

    assert save_time(paths, 100.0) == expected


def eventually(condition: Callable[[], bool], repeat: Callable[[], object]) -> bool:
    """Repeat an action, because watching starts late; return whether the condition is true within 10 s."""
    for _ in range(25):
        repeat()
        if condition():
            return True
        time.sleep(0.4)
    return False
