"""The cloud's data and the record of its resources stay a pair."""

from __future__ import annotations

from pathlib import Path

import pytest

from local.emulator.checkpoint import Checkpoint


def use(checkpoint: Checkpoint, value: str) -> None:
    """Let the cloud's data and the record be of the same moment."""
    checkpoint.cloud.mkdir(parents=True, exist_ok=True)
    (checkpoint.cloud / "data").write_text(value)
    checkpoint.state.write_text(value)


def in_use(checkpoint: Checkpoint) -> tuple[str, str]:
    return (checkpoint.cloud / "data").read_text(), checkpoint.state.read_text()


@pytest.fixture
def checkpoint(tmp_path: Path) -> Checkpoint:
    return Checkpoint(tmp_path)


def test_restored_pair_is_the_one_taken(checkpoint: Checkpoint) -> None:
    """What was made on either side after the checkpoint is gone on both."""
    use(checkpoint, "first")
    checkpoint.take()
    checkpoint.restore()
    use(checkpoint, "second")

    assert checkpoint.restore()
    assert in_use(checkpoint) == ("first", "first")


def test_later_checkpoint_takes_the_place_of_the_earlier(checkpoint: Checkpoint) -> None:
    """The newest pair is the one that comes back."""
    for value in ("first", "second"):
        use(checkpoint, value)
        checkpoint.take()

    assert checkpoint.restore()
    assert in_use(checkpoint) == ("second", "second")


def test_record_without_a_checkpoint_is_removed(checkpoint: Checkpoint) -> None:
    """Without a pair the cloud starts empty, and no record pretends that it is not."""
    use(checkpoint, "never saved")

    assert not checkpoint.restore()
    assert (list(checkpoint.cloud.iterdir()), checkpoint.state.exists()) == ([], False)


def test_checkpoint_cut_off_is_completed(checkpoint: Checkpoint) -> None:
    """Between removing the old pair and keeping the new one nothing is lost: taking goes on from there."""
    use(checkpoint, "saved")
    (checkpoint.cloud / "state.json").write_text("saved")  # as far as a first try had come
    checkpoint.take()

    assert checkpoint.restore()
    assert in_use(checkpoint) == ("saved", "saved")


def test_pair_without_a_record_restores_none(checkpoint: Checkpoint) -> None:
    """A cloud that was stopped before anything was applied comes back without a record."""
    checkpoint.cloud.mkdir()
    checkpoint.take()
    checkpoint.state.write_text("of another cloud")

    assert checkpoint.restore()
    assert not checkpoint.state.exists()
