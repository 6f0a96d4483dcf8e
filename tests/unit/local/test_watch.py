"""Which saved files matter, and what each calls for."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from local.commands.watch import changes, concerns, saved


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
def test_file_concerns_the_program_or_not(tmp_path: Path, path: str, *, expected: bool) -> None:
    """The program's sources and the stacks' config do; an editor's leftovers and all else do not."""
    assert concerns(tmp_path, tmp_path / path) is expected


def test_changes_come_as_they_are_saved_in_new_folders_too(tmp_path: Path) -> None:
    """A folder that is made while watching is seen, and so is what is saved in it later."""
    (tmp_path / "handlers").mkdir()
    folder = tmp_path / "handlers" / "files"
    file = folder / "put.py"
    stop, seen = threading.Event(), set[Path]()
    thread = threading.Thread(target=lambda: [seen.update(batch) for batch in changes(tmp_path, stop)])
    thread.start()

    found = [
        eventually(
            lambda: folder in seen, again=lambda: (folder.exists() and folder.rmdir(), folder.mkdir())
        ),
        eventually(lambda: file in seen, again=lambda: file.write_text("x = 1")),
    ]
    stop.set()
    thread.join(10)

    assert (found, thread.is_alive()) == ([True, True], False)


@pytest.mark.parametrize(("age", "expected"), [(2.0, 98.0), (-5.0, 100.0), (80.0, 100.0)])
def test_a_save_counts_from_the_newest_file(tmp_path: Path, age: float, expected: float) -> None:
    """What was saved last counts; a time that cannot be the save's gives way to when it was seen."""
    paths = [tmp_path / name for name in ("old", "new", "gone")]
    for path, time_ in zip(paths[:2], (10.0, 100.0 - age), strict=True):
        path.touch()
        os.utime(path, (time_, time_))

    assert saved(paths, 100.0) == expected


def eventually(condition: Callable[[], bool], again: Callable[[], object]) -> bool:
    """Whether it comes true within 10 s while something is done again and again: watching begins late."""
    for _ in range(25):
        again()
        if condition():
            return True
        time.sleep(0.4)
    return False
