"""The emulator's process: what its own commands and the front door know of it."""

from __future__ import annotations

from pathlib import Path

from local.machine.processes import Daemon

LAUNCHER = "local.emulator.launcher"


def emulator_daemon(directory: Path) -> Daemon:
    """Return the daemon of the emulator whose data is in a folder."""
    return Daemon("emulator", directory, LAUNCHER, str(directory))
