"""The fingerprint of a deployment: it matches only if a run would find nothing to do."""

from __future__ import annotations

import os
import random
import shutil
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from local.deployment import fingerprint as module
from local.deployment.fingerprint import CODE_FOLDERS, FILES, Fingerprint, packages
from local.driver.sources import PROGRAM_FOLDERS, SITE_FOLDERS
from tests.checkout import copy

CLOUD = {"emulator": {"pid": 1, "started": "2", "port": 3, "since": 4.0}}
EDITS = 200


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A copy of the program."""
    return copy(tmp_path / "strata")


@pytest.fixture
def fingerprint(root: Path) -> Fingerprint:
    """The fingerprint of a complete run."""
    directory = root / ".local" / "deployment"
    directory.mkdir(parents=True)
    written = (directory / "state.json", directory / "outputs.json")
    for path in written:
        path.write_text("{}")
    made = Fingerprint(root, directory, written)
    with made.of_run(CLOUD):
        pass
    assert made.matches(CLOUD)
    return made


def append(path: Path) -> None:
    """Append a byte."""
    with path.open("ab") as file:
        file.write(b"#")


def empty(path: Path) -> None:
    """Remove the content."""
    path.write_bytes(b"")


def flip(path: Path) -> None:
    """Change one byte and keep size and modification time."""
    stat, content = path.stat(), bytearray(path.read_bytes())
    content[:1] = bytes([content[0] ^ 1]) if content else b"#"
    path.write_bytes(content)
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))


def add(path: Path) -> None:
    """Create a file beside it."""
    path.with_name(f"new_{path.name}").write_bytes(b"")


def rename(path: Path) -> None:
    """Rename the file."""
    path.rename(path.with_name(f"other_{path.name}"))


KINDS: tuple[Callable[[Path], None], ...] = (append, empty, flip, add, rename, Path.unlink)


def sources(root: Path) -> list[Path]:
    """Return the files of the copy that a run reads."""
    found = [
        path for folder in (*PROGRAM_FOLDERS, *SITE_FOLDERS) for path in sorted((root / folder).rglob("*"))
    ]
    return [*(root / name for name in FILES), *(path for path in found if counts(path))]


def counts(path: Path) -> bool:
    """Return whether a run may read the file."""
    return path.is_file() and "__pycache__" not in path.parts


def snapshot(folder: Path) -> dict[Path, bytes]:
    """Return the content of each file in a folder."""
    return {path: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def restore(folder: Path, before: dict[Path, bytes]) -> None:
    """Undo every change in a folder."""
    for path in folder.iterdir():
        if (path.is_file() or path.is_symlink()) and (path not in before or path.is_symlink()):
            path.unlink()
    for path, content in before.items():
        path.write_bytes(content)


@pytest.mark.slow
def test_every_random_edit_is_noticed(root: Path, fingerprint: Fingerprint) -> None:
    """No edit of a file that a run reads leaves the fingerprint as it was, and its reversal restores it."""
    chooser = random.Random(11)  # noqa: S311 - the same edits in each run
    files = sources(root)
    for _ in range(EDITS):
        path, edit = chooser.choice(files), chooser.choice(KINDS)
        if edit is empty and path.stat().st_size == 0:
            continue
        if edit is add and path.parent == root:  # A run reads no other file there.
            continue
        before = snapshot(path.parent)
        edit(path)
        assert not fingerprint.matches(CLOUD), f"{edit.__name__} {path.relative_to(root)}"
        restore(path.parent, before)
        assert fingerprint.matches(CLOUD), f"undo {edit.__name__} {path.relative_to(root)}"


@pytest.mark.parametrize("folder", CODE_FOLDERS)
def test_edit_of_what_applies_the_program_is_noticed(
    fingerprint: Fingerprint, folder: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The driver and the provider decide how a declared resource reaches the emulator."""
    for name in CODE_FOLDERS:
        shutil.copytree(module.CODE / name, tmp_path / "code" / name)
    monkeypatch.setattr(module, "CODE", tmp_path / "code")
    with fingerprint.of_run(CLOUD):
        pass
    assert fingerprint.matches(CLOUD)
    append(tmp_path / "code" / folder / "__init__.py")
    assert not fingerprint.matches(CLOUD)


def test_run_by_a_process_with_older_code_leaves_no_fingerprint(
    fingerprint: Fingerprint, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """`make dev` applies a save with the provider that it imported, not with the one that was saved since."""
    for name in CODE_FOLDERS:
        shutil.copytree(module.CODE / name, tmp_path / "code" / name)
    monkeypatch.setattr(module, "CODE", tmp_path / "code")
    with fingerprint.of_run(CLOUD):
        pass
    assert fingerprint.matches(CLOUD)
    append(tmp_path / "code" / "provider" / "__init__.py")
    with fingerprint.of_run(CLOUD):
        pass
    assert not (fingerprint.directory / module.FILE).exists()


def test_other_processes_do_not_match(fingerprint: Fingerprint) -> None:
    """An emulator that was started again has other data, even on the same port."""
    restarted = {"emulator": {**CLOUD["emulator"], "started": "5"}}
    assert not fingerprint.matches(restarted)
    assert not fingerprint.matches({})


@pytest.mark.parametrize("name", ["state.json", "outputs.json", "applied.json"])
@pytest.mark.parametrize("damage", [empty, append, Path.unlink])
def test_other_record_does_not_match(
    fingerprint: Fingerprint, name: str, damage: Callable[[Path], None]
) -> None:
    """The files that a run writes must be as it left them."""
    damage(fingerprint.directory / name)
    assert not fingerprint.matches(CLOUD)


def test_failed_run_leaves_no_fingerprint(fingerprint: Fingerprint) -> None:
    """After a run that failed half-way, the program of the run before is not unchanged."""
    with suppress(LookupError):
        fail_in(fingerprint)
    assert not fingerprint.matches(CLOUD)


def fail_in(fingerprint: Fingerprint) -> None:
    """Fail during a run; also a killed run has removed the fingerprint at its start."""
    with fingerprint.of_run(CLOUD):
        assert not fingerprint.matches(CLOUD)
        raise LookupError


def test_edit_during_a_run_leaves_no_fingerprint(root: Path, fingerprint: Fingerprint) -> None:
    """It is unknown whether the run read the file before or after the edit."""
    with fingerprint.of_run(CLOUD):
        append(root / "__main__.py")
    assert not fingerprint.matches(CLOUD)


def test_another_package_does_not_match(
    fingerprint: Fingerprint, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A package that is installed, removed or upgraded in the environment counts."""
    folder = tmp_path / "site-packages"
    (folder / "pulumi-99.dist-info").mkdir(parents=True)
    assert "pulumi-99.dist-info" not in packages()
    monkeypatch.setattr(sys, "path", [*sys.path, str(folder)])
    assert not fingerprint.matches(CLOUD)


def test_linked_folder_does_not_match(root: Path, fingerprint: Fingerprint) -> None:
    """A link to a folder could lead to itself: it always means a full run."""
    (root / "handlers" / "linked").symlink_to(root / "handlers" / "health")
    assert not fingerprint.matches(CLOUD)
    with fingerprint.of_run(CLOUD):
        pass
    assert not fingerprint.matches(CLOUD)


def test_moved_checkout_does_not_match(root: Path, fingerprint: Fingerprint) -> None:
    """The record holds the paths of bundles in the checkout."""
    moved = root.rename(root.with_name("moved"))
    directory = moved / fingerprint.directory.relative_to(root)
    written = tuple(directory / path.name for path in fingerprint.written)
    assert not Fingerprint(moved, directory, written).matches(CLOUD)
