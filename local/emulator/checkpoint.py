"""Checkpoints: the saved states of one emulator, the last of which each start restores.

The emulator saves its data while it runs (`local.emulator.extensions.saving`), each time as a new numbered
folder in `saved/`. The driver's state is valid only for the data that it was written for, so both are saved
at one moment and restored together.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from local.emulator.saved_state import RECORDS, DamagedError, SavedState, read
from local.machine.errors import LocalError
from local.machine.files import remove

STATE = "state.json"
KEPT = 3
"""The number of saved states that are kept."""


@dataclass(frozen=True)
class Restored:
    """The result of a restore.

    Attributes:
        state: the restored state, or None if none was saved.
        interrupted: whether the emulator was killed: it has not saved its last changes.
        damaged: why later states could not be restored.
    """

    state: SavedState | None
    interrupted: bool
    damaged: list[str]


@dataclass(frozen=True)
class Checkpoint:
    """The saved states in `saved/`, and the data in use: `cloud/` and the deployment's records.

    Attributes:
        directory: the folder of all of them.
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
        """The folder of the saved states."""
        return self.directory / "saved"

    @property
    def unsaved(self) -> Path:
        """A file that exists from the start of the emulator until it has saved its last changes."""
        return self.cloud / "unsaved"

    def damaged_record(self) -> Path | None:
        """Return the driver's state if it is damaged, or missing although the last saved state has one."""
        if self.state.exists():
            return None if _is_object(self.state) else self.state
        try:
            return self.state if STATE in read(self.folders()[0]).files else None
        except (IndexError, DamagedError):
            return None

    def folders(self) -> list[Path]:
        """Return the folders of the saved states, the last one first."""
        if not self.saved.is_dir():
            return []
        numbered = [path for path in self.saved.iterdir() if path.name.isdecimal()]
        return sorted(numbered, key=lambda path: int(path.name), reverse=True)

    def draft(self) -> Path:
        """Return the folder in which to write the next state."""
        return self.saved / f"{self._next()}.draft"

    def commit(self, draft: Path) -> Path:
        """Make a complete draft the last saved state, and remove the oldest states.

        Raises:
            OSError: if the draft was discarded.
        """
        folder = draft.with_suffix("")
        draft.rename(folder)
        for old in self.folders()[KEPT:]:
            remove(old)
        return folder

    def discard_drafts(self) -> None:
        """Remove incomplete states; a process that is still writing one cannot commit it any more."""
        if self.saved.is_dir():
            for path in self.saved.iterdir():
                if not path.name.isdecimal():
                    remove(path)

    def adopt(self, folder: Path) -> None:
        """Make a copy of the saved state in a folder the last one.

        Raises:
            DamagedError: if it is not complete.
        """
        state = read(folder)
        state.check()
        self.discard_drafts()
        draft = self.draft()
        state.copy_to(draft)
        self.commit(draft)

    def restore(self) -> Restored:
        """Replace the data in use by the last undamaged state, or by nothing if none was saved.

        Raises:
            LocalError: if states were saved and all of them are damaged.
        """
        self.discard_drafts()
        interrupted = self.unsaved.exists()
        state, damaged = self._last_whole()
        remove(self.cloud)
        for name in RECORDS:
            remove(self.directory / name)
        self.cloud.mkdir(parents=True)
        self.unsaved.touch()
        if state:
            state.unpack(self.cloud, self.directory)
        return Restored(state, interrupted, damaged)

    def _last_whole(self) -> tuple[SavedState | None, list[str]]:
        damaged: list[str] = []
        for folder in self.folders():
            try:
                state = read(folder)
                state.check()
            except DamagedError as error:
                damaged.append(str(error))
            else:
                return state, damaged
        if damaged:
            raise LocalError(
                f"{damaged[0]}: no saved state is complete; "
                "restore this file from a backup, or run make reset to start over"
            )
        return None, []

    def _next(self) -> int:
        return max((int(path.name) for path in self.folders()), default=0) + 1


def _is_object(path: Path) -> bool:
    """Whether a file contains a whole JSON object."""
    try:
        return isinstance(json.loads(path.read_bytes()), dict)
    except (OSError, ValueError):
        return False
