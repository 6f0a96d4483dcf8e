"""Who deployed what the emulator holds: the driver or the Pulumi engine; never both."""

from __future__ import annotations

from enum import Enum
from pathlib import Path

from local.machine.errors import LocalError
from local.machine.processes import write_atomically

MARK = "owner"


class Owner(Enum):
    """Who deploys; the value stands in the mark."""

    DRIVER = "driver"
    ENGINE = "engine"


REFUSALS = {
    Owner.DRIVER: "make up deployed what runs here, and keeps its own record of it: "
    "go on with make up, or make reset to begin anew with the Pulumi engine",
    Owner.ENGINE: "the Pulumi engine deployed what runs here, and keeps its own record of it: "
    "go on with make engine-up, or make engine-down to begin anew with make up",
}
"""What to tell whoever is not the owner."""


def claim(directory: Path, owner: Owner) -> None:
    """Note that this owner deploys here from now on.

    Raises:
        LocalError: when the other one does.
    """
    refuse_other(directory, owner)
    if _held(directory) is None:
        write_atomically(directory / MARK, owner.value)


def refuse_other(directory: Path, owner: Owner) -> None:
    """Let only this owner, or the first one, go on.

    Raises:
        LocalError: for the other one.
    """
    held = _held(directory)
    if held not in (None, owner):
        raise LocalError(REFUSALS[held])


def release(directory: Path) -> None:
    """Note that nothing is deployed here any more."""
    (directory / MARK).unlink(missing_ok=True)


def _held(directory: Path) -> Owner | None:
    try:
        return Owner((directory / MARK).read_text())
    except FileNotFoundError:
        return None
