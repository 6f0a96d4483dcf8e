"""One command at a time may change the platform."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from local.machine.errors import LocalError
from local.machine.processes import POLL_SECONDS


@contextmanager
def exclusive(directory: Path, command: str, patience: float = 0.0) -> Generator[None]:
    """Hold the directory's lock; the system lets go of it when this process ends, however it does.

    Args:
        directory: whose lock.
        command: what to tell others who want it.
        patience: how many seconds to wait for another command.

    Raises:
        LocalError: naming the command that holds it.
    """
    directory.mkdir(parents=True, exist_ok=True)
    with (directory / "lock").open("a+") as file:
        deadline = time.monotonic() + patience
        while not (held := _taken(file)) and time.monotonic() < deadline:
            time.sleep(POLL_SECONDS)
        if not held:
            file.seek(0)
            holder = file.read() or "another command"
            raise LocalError(f"{holder} is at work here: wait until it has finished")
        file.truncate(0)
        file.write(f"make {command} (process {os.getpid()})")
        file.flush()
        yield


def _taken(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
