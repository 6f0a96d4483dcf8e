"""Checkpoints: the emulator's data and the driver's state, saved as one consistent pair.

The emulator saves its data only on a clean stop, and the driver's state is valid only for the data that
it was written for. A checkpoint is therefore taken after a clean stop, and each start restores the last
one. Changes since then are lost on both sides.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from local.machine.files import remove

STATE = "state.json"


@dataclass(frozen=True)
class Checkpoint:
    """The pair saved in `checkpoint/`, and the pair in use: `cloud/` and `state.json`.

    Attributes:
        directory: the folder of both pairs.
    """

    directory: Path

    @property
    def cloud(self) -> Path:
        """The emulator's data in use."""
        return self.directory / "cloud"

    @property
    def state(self) -> Path:
        """The driver's state in use."""
        return self.directory / STATE

    @property
    def saved(self) -> Path:
        """The last saved pair; it exists completely or not at all."""
        return self.directory / "checkpoint"

    def take(self) -> None:
        """Save the pair in use after a clean stop of the emulator. An interrupted call can be repeated."""
        if not self.cloud.exists():
            return
        _copy_or_remove(self.state, self.cloud / STATE)
        remove(self.saved)
        self.cloud.rename(self.saved)

    def restore(self) -> bool:
        """Replace the pair in use by the saved one, or by an empty one, and return whether one was saved."""
        remove(self.cloud)
        if not self.saved.exists():
            self.cloud.mkdir(parents=True)
            self.state.unlink(missing_ok=True)
            return False
        shutil.copytree(self.saved, self.cloud)
        _copy_or_remove(self.saved / STATE, self.state)
        return True


def _copy_or_remove(source: Path, target: Path) -> None:
    if source.exists():
        shutil.copyfile(source, target)
    else:
        target.unlink(missing_ok=True)
