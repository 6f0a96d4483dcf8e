"""Work in a copy of this process as of one moment."""

from __future__ import annotations

import gc
import json
import os
import signal
import sys
import threading
import time
import warnings
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from select import select
from typing import Any

from local.emulator.extensions.patch import private

PATIENCE = 0.05
"""Seconds to wait for locks. A lock that is held longer protects no data: it is held during a wait."""

NICENESS = 10
CHUNK = 65_536
LOCKS: Any = (type(threading.Lock()), type(threading.RLock()))


@dataclass(frozen=True)
class Child:
    """A running copy.

    Attributes:
        pid: its process id.
        pipe: the descriptor from which its result is read.
    """

    pid: int
    pipe: int

    def result(self, seconds: float) -> dict[str, Any]:
        """Wait for the result, and kill the copy if it takes longer.

        Raises:
            OSError: if the copy ended without a result.
        """
        deadline, text = time.monotonic() + seconds, b""
        try:
            while select([self.pipe], [], [], max(0.0, deadline - time.monotonic()))[0]:
                if not (chunk := os.read(self.pipe, CHUNK)):
                    break
                text += chunk
            else:
                os.kill(self.pid, signal.SIGKILL)
        finally:
            os.close(self.pipe)
            _, status = os.waitpid(self.pid, 0)
        if status or not text:
            raise OSError(f"the copy of the process ended with status {os.waitstatus_to_exitcode(status)}")
        return json.loads(text)


def fork(work: Callable[[], dict[str, Any]]) -> Child:
    """Run `work` in a copy of this process, and return without waiting for it.

    Raises:
        OSError: if the system cannot copy the process.
    """
    reader, writer = os.pipe()
    with _quiet() as locks, warnings.catch_warnings():
        # The child runs this function only, and uses no lock that another thread held.
        warnings.simplefilter("ignore", DeprecationWarning)
        pid = os.fork()
        if pid == 0:
            _run(work, writer, locks)
    os.close(writer)
    return Child(pid, reader)


def _run(work: Callable[[], dict[str, Any]], writer: int, locks: list[Any]) -> None:
    """Work, write the result, and end without any cleanup: files and sockets belong to the parent."""
    status = 1
    try:
        gc.disable()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_DFL)
        signal.set_wakeup_fd(-1)
        # Otherwise a killed parent's port and connections would stay open until the child ends.
        os.closerange(3, writer)
        os.closerange(writer + 1, os.sysconf("SC_OPEN_MAX"))
        os.nice(NICENESS)
        for lock in locks:
            private(lock, "_at_fork_reinit")()
        os.write(writer, json.dumps(work()).encode())
        status = 0
    except BaseException as error:  # noqa: BLE001 - the child must not return to the parent's code
        sys.stderr.write(f"saving failed: {type(error).__name__}: {error}\n")
    finally:
        os._exit(status)


@contextmanager
def _quiet() -> Generator[list[Any]]:
    """Hold the emulator's locks, so that no other thread is changing data, and return all of them."""
    modules = [module for name, module in sys.modules.items() if name.startswith("ministack.")]
    locks = list(
        {
            id(value): value
            for module in modules
            for value in vars(module).values()
            if isinstance(value, LOCKS)
        }.values()
    )
    deadline = time.monotonic() + PATIENCE
    held = [lock for lock in locks if lock.acquire(timeout=max(0.0, deadline - time.monotonic()))]
    try:
        yield locks
    finally:
        for lock in held:
            lock.release()
