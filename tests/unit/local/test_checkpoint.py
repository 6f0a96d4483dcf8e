"""Saved states: written whole or not at all, checked before they are used."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from local.emulator.checkpoint import KEPT, Checkpoint
from local.emulator.saved_state import DamagedError, file_of, files_in, read, write_manifest
from local.machine.errors import LocalError

FILES = ("services/sqs.json", "objects/1/bucket/manifest.json", "state.json", "outputs.json")


def save(checkpoint: Checkpoint, value: str) -> Path:
    """Save a state in which each file has the same content."""
    draft = checkpoint.draft()
    for name in FILES:
        (draft / name).parent.mkdir(parents=True, exist_ok=True)
        (draft / name).write_text(value)
    write_manifest(draft, {name: file_of(draft / name) for name in files_in(draft)}, saved=0.0, shared=False)
    return checkpoint.commit(draft)


def in_use(checkpoint: Checkpoint) -> list[str]:
    """Return the content of each file in use."""
    cloud = [checkpoint.cloud / name for name in FILES[:2]]
    return [path.read_text() for path in [*cloud, *(checkpoint.directory / name for name in FILES[2:])]]


@pytest.fixture
def checkpoint(tmp_path: Path) -> Checkpoint:
    return Checkpoint(tmp_path)


def empty(path: Path) -> None:
    path.write_bytes(b"")


def cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def exchange(path: Path) -> None:
    """Change the content and keep the size."""
    path.write_bytes(b"#" * path.stat().st_size)


DAMAGES = (empty, cut, exchange, Path.unlink)


def test_restore_returns_to_the_last_state(checkpoint: Checkpoint) -> None:
    """Data and records are those of the last saved state, not of an earlier one or of the time after it."""
    for value in ("first", "second"):
        save(checkpoint, value)
    checkpoint.restore()
    checkpoint.state.write_text("later")
    restored = checkpoint.restore()

    assert in_use(checkpoint) == ["second"] * 4
    assert (restored.state and restored.state.folder.name, restored.damaged) == ("2", [])


def test_without_a_saved_state_nothing_is_left(checkpoint: Checkpoint) -> None:
    """If nothing was saved, the data is empty, and there are no records of earlier data."""
    checkpoint.state.write_text("of another cloud")
    (checkpoint.directory / "outputs.json").write_text("{}")

    assert checkpoint.restore().state is None
    assert sorted(path.name for path in checkpoint.directory.rglob("*")) == ["cloud", "unsaved"]


def test_only_the_last_states_are_kept(checkpoint: Checkpoint) -> None:
    """Old states are removed."""
    for number in range(KEPT + 2):
        save(checkpoint, str(number))

    assert [path.name for path in checkpoint.folders()] == ["5", "4", "3"]


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("name", [*FILES, "manifest.json"])
def test_damage_to_any_file_is_found(
    checkpoint: Checkpoint, name: str, damage: Callable[[Path], None]
) -> None:
    """If a file of the last state is damaged, the earlier state is restored, and the file is named."""
    save(checkpoint, "first")
    damaged = save(checkpoint, "second") / name
    damage(damaged)
    restored = checkpoint.restore()

    assert in_use(checkpoint) == ["first"] * 4
    assert [text.partition(":")[0] for text in restored.damaged] == [str(damaged)]


def test_damage_to_every_state_is_an_error(checkpoint: Checkpoint) -> None:
    """If no state is complete, nothing is changed, and the error names a file and what to do."""
    for value in ("first", "second"):
        save(checkpoint, value)
    checkpoint.restore()
    for folder in checkpoint.folders():
        empty(folder / "state.json")
    with pytest.raises(LocalError) as caught:
        checkpoint.restore()

    assert str(caught.value) == (
        f"{checkpoint.folders()[0] / 'state.json'}: is damaged: no saved state is complete; "
        "restore this file from a backup, or run make reset to start over"
    )
    assert in_use(checkpoint) == ["second"] * 4


def test_interrupted_save_has_no_effect(checkpoint: Checkpoint) -> None:
    """A draft is never restored, and a process that still writes one cannot commit it after a restore."""
    save(checkpoint, "first")
    draft = checkpoint.draft()
    draft.mkdir()
    (draft / "state.json").write_text("second")
    checkpoint.restore()
    with pytest.raises(FileNotFoundError):
        checkpoint.commit(draft)

    assert in_use(checkpoint) == ["first"] * 4


def test_change_of_data_in_use_leaves_the_saved_state(checkpoint: Checkpoint) -> None:
    """Files that the platform writes in place are copies; the emulator replaces the others."""
    folder = save(checkpoint, "first")
    checkpoint.restore()
    for path in (checkpoint.state, checkpoint.cloud / "services" / "sqs.json"):
        path.write_text("later")

    read(folder).check()


def test_adopted_state_replaces_data_and_records(tmp_path: Path) -> None:
    """A saved state of one folder is used in another, where it is the last one."""
    there, here = Checkpoint(tmp_path / "there"), Checkpoint(tmp_path / "here")
    for checkpoint, value in ((there, "image"), (here, "own")):
        save(checkpoint, value)
    here.adopt(there.folders()[0])
    here.restore()

    assert in_use(here) == ["image"] * 4


def test_incomplete_state_is_not_adopted(tmp_path: Path) -> None:
    """A damaged state is refused, and the own state stays."""
    there, here = Checkpoint(tmp_path / "there"), Checkpoint(tmp_path / "here")
    for checkpoint, value in ((there, "image"), (here, "own")):
        save(checkpoint, value)
    cut(there.folders()[0] / "state.json")
    with pytest.raises(DamagedError, match=r"state\.json: is damaged$"):
        here.adopt(there.folders()[0])
    here.restore()

    assert in_use(here) == ["own"] * 4
