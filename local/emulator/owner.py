"""The tool that deployed what the emulator holds: the driver or the Pulumi engine, never both."""

from __future__ import annotations

from enum import Enum
from pathlib import Path

from local.emulator.checkpoint import STATE
from local.machine.errors import LocalError
from local.machine.files import write_atomically

FILE = "owner"


class Owner(Enum):
    """A tool that deploys; the value is the content of the owner file."""

    DRIVER = "driver"
    ENGINE = "engine"


REFUSALS = {
    Owner.DRIVER: "this platform was deployed by make up: "
    "continue with make up, or run make reset to start over with the Pulumi engine",
    Owner.ENGINE: "this platform was deployed by the Pulumi engine: "
    "continue with make engine-up, or run make engine-down to start over with make up",
}
"""The error for a tool that is not the owner, by owner."""


def claim(directory: Path, owner: Owner) -> None:
    """Record the owner of the deployment in `directory`.

    Raises:
        LocalError: if it has another owner.
    """
    refuse_other(directory, owner)
    if _recorded(directory) is not owner:
        write_atomically(directory / FILE, owner.value)


def refuse_other(directory: Path, owner: Owner) -> None:
    """Check that the deployment in `directory` has this owner or none.

    Raises:
        LocalError: if it has another owner.
    """
    current = _current(directory)
    if current not in (None, owner):
        raise LocalError(REFUSALS[current])


def release(directory: Path) -> None:
    """Record that the deployment in `directory` has no owner."""
    (directory / FILE).unlink(missing_ok=True)


def _current(directory: Path) -> Owner | None:
    """Return the owner; if the file is damaged or missing, the tool whose state is there."""
    if (directory / FILE).exists():
        return _recorded(directory) or (Owner.DRIVER if (directory / STATE).exists() else Owner.ENGINE)
    return Owner.DRIVER if (directory / STATE).exists() else None


def _recorded(directory: Path) -> Owner | None:
    """Return what the file contains, or None if it is missing or damaged."""
    try:
        return Owner((directory / FILE).read_text())
    except (ValueError, OSError):
        return None
