"""The embedded cloud's data and the record of its resources, kept as one consistent pair.

The emulator saves its data only when it stops in good order, and the driver's record would lie about
any other cloud than the one it was written for. So a pair is taken when the emulator has stopped, and
a start begins from the last whole pair; what was made after it is lost together on both sides.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

RECORD = "state.json"


@dataclass(frozen=True)
class Checkpoint:
    """The pair in `checkpoint/`, and the one in use: `cloud/` with `state.json`.

    Attributes:
        directory: where all of them stand.
    """

    directory: Path

    @property
    def cloud(self) -> Path:
        """The emulator's data."""
        return self.directory / "cloud"

    @property
    def record(self) -> Path:
        """The driver's record of the resources in that cloud."""
        return self.directory / RECORD

    @property
    def pair(self) -> Path:
        """The last consistent pair; it exists whole or not at all."""
        return self.directory / "checkpoint"

    def take(self) -> None:
        """Keep the pair in use. The emulator must have saved its data and ended; repeatable when cut off."""
        if not self.cloud.exists():
            return
        _copy_or_remove(self.record, self.cloud / RECORD)
        remove(self.pair)
        self.cloud.rename(self.pair)

    def restore(self) -> bool:
        """Put the last pair in use, or nothing at all where there is none; answer whether there was one."""
        remove(self.cloud)
        if not self.pair.exists():
            self.cloud.mkdir(parents=True)
            self.record.unlink(missing_ok=True)
            return False
        shutil.copytree(self.pair, self.cloud)
        _copy_or_remove(self.pair / RECORD, self.record)
        return True


def remove(path: Path) -> None:
    """Remove a file or a folder with all it holds; one that is gone already is no error."""
    if path.is_dir() and not path.is_symlink():
        # Renamed first: a removal that is cut off leaves no half folder under the old name.
        rubbish = path.with_name(f"{path.name}.removed")
        shutil.rmtree(rubbish, ignore_errors=True)
        path.rename(rubbish)
        shutil.rmtree(rubbish)
    else:
        path.unlink(missing_ok=True)


def _copy_or_remove(source: Path, target: Path) -> None:
    if source.exists():
        shutil.copyfile(source, target)
    else:
        target.unlink(missing_ok=True)
