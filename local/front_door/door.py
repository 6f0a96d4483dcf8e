"""The front door as a background process: where it listens, and that it listens there."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from local.machine.errors import LocalError
from local.machine.ports import LOOPBACK, is_left, is_taken
from local.machine.processes import Daemon, Process

PORT = 8080
START_SECONDS = 15.0
STOP_SECONDS = 5.0

CODE = Path(__file__).parents[2]
"""Where this package can be imported from."""


@dataclass(frozen=True)
class Door:
    """The front door whose files stand in one directory.

    Attributes:
        directory: where its log and the record of its process stand.
        outputs: the file with the stack's outputs.
    """

    directory: Path
    outputs: Path

    @property
    def daemon(self) -> Daemon:
        """Its process, with its log."""
        return Daemon("front-door", self.directory)

    @property
    def process(self) -> Process | None:
        """Its process, if it runs."""
        return self.daemon.process

    def wanted(self, port: int | None) -> int:
        """The port to serve: the one asked for, else the last one, else 8080."""
        return port or self.daemon.port or PORT

    def choose(self, port: int | None) -> int:
        """The wanted port, if it can be had.

        Raises:
            LocalError: when another program has it.
        """
        wanted = self.wanted(port)
        process = self.process
        ours = process is not None and process.port == wanted
        if not ours and not is_left(wanted):
            raise LocalError(
                f"another program listens on {LOOPBACK}:{wanted}; choose another port with PORT="
            )
        return wanted

    def start(self, port: int) -> None:
        """Serve the port, unless it is served already.

        Raises:
            LocalError: when it does not come up.
        """
        process = self.process
        if process and process.port == port and is_taken(port):
            return
        self.stop()
        command = [sys.executable, "-P", "-m", "local", "edge", str(port), str(self.outputs)]
        environment = {"PATH": os.environ.get("PATH", os.defpath), "PYTHONPATH": str(CODE), "PYTHONUTF8": "1"}
        self.daemon.start(command, environment, port)
        self.daemon.wait_until(lambda: is_taken(port) and self.process is not None, START_SECONDS)

    def stop(self) -> None:
        """Stop serving; no error when it does not serve."""
        self.daemon.stop(STOP_SECONDS)
