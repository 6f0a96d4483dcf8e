"""Checkpoints keep the emulator's data and the driver's state consistent."""

from __future__ import annotations

from pathlib import Path

import pytest

from local.emulator.checkpoint import Checkpoint


def use(checkpoint: Checkpoint, value: str) -> None:
    """Write the same value to the data and the state in use."""
    checkpoint.cloud.mkdir(parents=True, exist_ok=True)
    (checkpoint.cloud / "data").write_text(value)
    checkpoint.state.write_text(value)


def in_use(checkpoint: Checkpoint) -> tuple[str, str]:
    return (checkpoint.cloud / "data").read_text(), checkpoint.state.read_text()


@pytest.fixture
def checkpoint(tmp_path: Path) -> Checkpoint:
    return Checkpoint(tmp_path)


def test_restore_returns_to_the_checkpoint(checkpoint: Checkpoint) -> None:
    """Changes after the checkpoint are lost in both data and state."""
    use(checkpoint, "first")
    checkpoint.take()
    checkpoint.restore()
    use(checkpoint, "second")

    assert checkpoint.restore()
    assert in_use(checkpoint) == ("first", "first")


def test_later_checkpoint_replaces_the_earlier_one(checkpoint: Checkpoint) -> None:
    """The last saved pair is restored."""
    for value in ("first", "second"):
        use(checkpoint, value)
        checkpoint.take()

    assert checkpoint.restore()
    assert in_use(checkpoint) == ("second", "second")


def test_state_without_a_checkpoint_is_removed(checkpoint: Checkpoint) -> None:
    """Without a checkpoint the data is empty, and there is no state."""
    use(checkpoint, "never saved")

    assert not checkpoint.restore()
    assert (list(checkpoint.cloud.iterdir()), checkpoint.state.exists()) == ([], False)


def test_interrupted_checkpoint_is_completed(checkpoint: Checkpoint) -> None:
    """An interrupted `take` can be repeated without loss."""
    use(checkpoint, "saved")
    (checkpoint.cloud / "state.json").write_text("saved")  # the step before the interruption
    checkpoint.take()

    assert checkpoint.restore()
    assert in_use(checkpoint) == ("saved", "saved")


def test_checkpoint_without_a_state_restores_none(checkpoint: Checkpoint) -> None:
    """Data saved before the first deployment is restored without a state."""
    checkpoint.cloud.mkdir()
    checkpoint.take()
    checkpoint.state.write_text("of another cloud")

    assert checkpoint.restore()
    assert not checkpoint.state.exists()
