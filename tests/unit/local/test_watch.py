"""Watching the program's files."""

from __future__ import annotations

import errno
import io
import math
import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Never

import pytest
from rich.console import Console
from watchfiles import Change

from local.commands.watch import Loop, changes, concerns, save_time, saved_since
from local.deployment.deployment import Deployment


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
        ("frontend/index.html", True),
        ("frontend/assets/core/router.js", True),
        ("frontend/assets/icon.svg", True),
        ("edge/app.js", True),
        ("frontend/assets/4913", False),
        ("frontend/assets/app.js~", False),
        ("frontend/assets/app.js.swp", False),
        ("frontend/assets/app.js.tmp", False),
        ("frontend/assets/.app.js", False),
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


def test_save_by_renaming_keeps_the_watch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A new watch for each save would miss what is saved before it begins; only a folder needs one."""
    (tmp_path / "handlers").mkdir()
    file, backup = tmp_path / "handlers" / "create.py", tmp_path / "handlers" / "create.py~"
    batches: list[set[tuple[Change, str]]] = [
        {(Change.deleted, str(file)), (Change.added, str(file))},
        {(Change.deleted, str(backup)), (Change.modified, str(file))},
        {(Change.deleted, str(file.parent))},
    ]
    stop, watches = threading.Event(), list[object]()

    def watch(*folders: Path, **_: object) -> Iterator[set[tuple[Change, str]]]:
        watches.append(folders)
        while batches:
            yield batches.pop(0)
        stop.set()

    monkeypatch.setattr("local.commands.watch.watch", watch)
    assert len(list(changes(tmp_path, stop))) == 3
    assert len(watches) == 2


def test_folder_that_was_removed_since_it_was_listed_is_not_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A change of branches removes folders while the watch begins."""
    gone, stop = tmp_path / "handlers" / "gone", threading.Event()
    listings = [[gone], []]
    monkeypatch.setattr("local.commands.watch.subfolders", lambda _: listings.pop(0))
    (tmp_path / "handlers").mkdir()
    thread = threading.Thread(target=lambda: list(changes(tmp_path, stop)))
    thread.start()
    time.sleep(0.5)
    stop.set()
    thread.join(10)
    assert (listings, thread.is_alive()) == ([], False)


def test_files_saved_while_the_program_ran_are_found(tmp_path: Path) -> None:
    """They were saved before the watch began; other files are not the program's."""
    for name in (
        "handlers/new/old.py",
        "handlers/new/new.py",
        "handlers/new/new.swp",
        "__main__.py",
        "README.md",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    os.utime(tmp_path / "handlers/new/old.py", (10.0, 10.0))

    found = [path.relative_to(tmp_path).as_posix() for path in saved_since(tmp_path, 20.0)]
    assert found == ["__main__.py", "handlers/new/new.py"]
    assert saved_since(tmp_path, math.inf) == []


def test_failed_watch_ends_the_loop_with_its_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a watch the loop would wait for ever, such as at the system's limit of watched folders."""

    def fail(*_: object, **__: object) -> Never:
        raise OSError(errno.ENOSPC, "OS file watch limit reached")

    monkeypatch.setattr("local.commands.watch.watch", fail)
    loop = Loop(Deployment(tmp_path, tmp_path / ".local"), Console(file=io.StringIO()))
    with pytest.raises(OSError, match="OS file watch limit reached"):
        loop.run()


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
