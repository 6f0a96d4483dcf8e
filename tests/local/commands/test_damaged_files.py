"""Commands on a platform whose files are damaged or cannot be written."""

from __future__ import annotations

import errno
import os
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from local.commands.cli import main
from local.deployment.deployment import Deployment
from local.emulator.owner import Owner, claim
from tests.local.commands.bucket_program import Ports, running


def empty(path: Path) -> None:
    path.write_bytes(b"")


def cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


PROCESS_FILES = ("emulator.json", "front-door.json", "emulator.log", "front-door.log", "lock")
SAVED_FILES = ("manifest.json", "state.json", "services/s3.json")
COMMANDS = ("status", "token", "up", "down")


@pytest.fixture
def platform(deployment: Deployment, ports: Ports) -> Iterator[Deployment]:
    """A running deployment with one saved state, whose folder is `saved/1`."""
    assert main(["up", *ports.options], deployment) == 0
    claim(deployment.directory, Owner.DRIVER)
    checkpoint = deployment.emulator.checkpoint
    last = deployment.emulator.save()
    for folder in checkpoint.folders():
        if folder != last:
            shutil.rmtree(folder)
    last.rename(checkpoint.saved / "1")
    yield deployment
    for path in deployment.directory.iterdir():
        if path.name in PROCESS_FILES and path.is_dir():
            path.rmdir()


@pytest.mark.parametrize("damage", [empty, cut, Path.unlink])
@pytest.mark.parametrize(
    "name",
    [
        *PROCESS_FILES,
        *("outputs.json", "owner", "state.json", "cloud/unsaved"),
        *(f"saved/1/{name}" for name in SAVED_FILES),
    ],
)
def test_damaged_file_is_repaired(
    platform: Deployment, capsys: pytest.CaptureFixture[str], name: str, damage: Callable[[Path], None]
) -> None:
    """Every command finds the processes and succeeds or prints one line, and `up` repairs the file."""
    before = running(platform)
    damage(platform.directory / name)
    capsys.readouterr()
    codes = {command: main([command], platform) for command in COMMANDS}
    errors = capsys.readouterr().err.splitlines()

    assert (codes["up"], codes["down"]) == (0, 0)
    assert all(re.match(r"error: \S.*: ", line) for line in errors), errors
    assert [process.alive for process in before if process] == [False, False]
    assert [main([command], platform) for command in ("up", "status")] == [0, 0]
    buckets = platform.emulator.cloud.client("s3").list_buckets()["Buckets"]
    assert [bucket["Name"] for bucket in buckets] == ["things"]


@pytest.mark.parametrize("name", [*PROCESS_FILES, "outputs.json", "state.json"])
def test_unreadable_file_is_named(
    platform: Deployment, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    """If a file can be neither read nor written, a command names it; without it, `up` succeeds.

    A folder in place of the file has this effect for every user, also for root.
    """
    path = platform.directory / name
    path.unlink()
    path.mkdir()
    capsys.readouterr()
    for command in (*COMMANDS, "up"):
        main([command], platform)
    printed = capsys.readouterr()

    assert str(path) in printed.err + printed.out
    assert all(re.match(r"error: \S.*: ", line) for line in printed.err.splitlines()), printed.err
    if path.is_dir():
        path.rmdir()
    assert [main([command], platform) for command in ("up", "status")] == [0, 0]


class FullDisk:
    """Lets the n-th write in a folder fail, as on a full disk, and each one after it."""

    def __init__(self) -> None:
        self.folder, self.left, self.failed = "", -1, False
        sys.addaudithook(self._check)

    def fail(self, folder: Path, writes: int) -> None:
        self.folder, self.left, self.failed = str(folder), writes, False

    def free(self) -> None:
        self.left = -1

    def _check(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self.left < 0 or event not in {"open", "os.mkdir", "os.rename", "os.link"}:
            return
        path, writes = str(arguments[0]), event != "open" or arguments[2] & (os.O_WRONLY | os.O_RDWR)
        if not writes or not path.startswith(self.folder):
            return
        if self.left > 0:
            self.left -= 1
            return
        self.failed = True
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), path)


@pytest.fixture(scope="module")
def disk() -> Iterator[FullDisk]:
    disk = FullDisk()
    yield disk
    disk.free()


def test_up_on_a_full_disk(
    deployment: Deployment, ports: Ports, disk: FullDisk, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whichever write fails, `up` names a file in one line, and succeeds as soon as there is room."""
    assert main(["up", *ports.options], deployment) == 0
    writes = 0
    while True:
        main(["down"], deployment)
        capsys.readouterr()
        disk.fail(deployment.directory, writes)
        code = main(["up", *ports.options], deployment)
        disk.free()
        error = capsys.readouterr().err
        if not disk.failed:
            break
        assert (code, main(["up", *ports.options], deployment)) == (1, 0), writes
        assert re.fullmatch(
            rf"error: {re.escape(str(deployment.directory))}\S*: No space left on device: "
            r"free some space and run the command again\n",
            error,
        )
        writes += 1

    assert writes > 5
