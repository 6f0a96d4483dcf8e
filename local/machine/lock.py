"""A lock that lets one command at a time change the platform."""

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
def exclusive(directory: Path, command: str, timeout: float = 0.0) -> Generator[None]:
    """Hold the directory's lock. The system releases it when this process ends, even if it is killed.

    Args:
        directory: the directory to lock.
        command: the make target to name in the error of a command that waits for the lock.
        timeout: how many seconds to wait for the lock.

    Raises:
        LocalError: if another command holds the lock; the text names it.
    """
    directory.mkdir(parents=True, exist_ok=True)
    with (directory / "lock").open("a+") as file:
        deadline = time.monotonic() + timeout
        while not (acquired := _acquire(file)) and time.monotonic() < deadline:
            time.sleep(POLL_SECONDS)
        if not acquired:
            file.seek(0)
            holder = file.read() or "another command"
            raise LocalError(f"{holder} is running: wait until it has finished")
        file.truncate(0)
        file.write(f"make {command} (process {os.getpid()})")
        file.flush()
        yield


def _acquire(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
