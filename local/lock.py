"""One command at a time may change the platform."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from local.errors import LocalError


@contextmanager
def exclusive(directory: Path, command: str) -> Generator[None]:
    """Hold the directory's lock; the system lets go of it when this process ends, however it does.

    Raises:
        LocalError: naming the command that holds it.
    """
    directory.mkdir(parents=True, exist_ok=True)
    with (directory / "lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            holder = file.read() or "another command"
            raise LocalError(f"{holder} is at work here: wait until it has finished") from None
        file.truncate(0)
        file.write(f"make {command} (process {os.getpid()})")
        file.flush()
        yield
