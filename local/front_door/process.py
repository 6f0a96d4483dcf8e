"""The front door as a background process."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from local.machine.code import CODE
from local.machine.errors import LocalError
from local.machine.ports import is_taken, loopbacks, wait_until_free
from local.machine.processes import Daemon, Process

PORT = 8080
START_SECONDS = 15.0
STOP_SECONDS = 5.0


@dataclass(frozen=True)
class FrontDoor:
    """The front door of one directory.

    Attributes:
        directory: the folder of its log and its process record.
        outputs: the file with the stack's outputs.
    """

    directory: Path
    outputs: Path

    @property
    def daemon(self) -> Daemon:
        """The process with its log."""
        return Daemon("front-door", self.directory, "local.front_door", str(self.outputs))

    @property
    def process(self) -> Process | None:
        """The process, or None if it does not run."""
        return self.daemon.process

    def default_port(self, port: int | None) -> int:
        """Return the requested port; without one, the last port, or 8080."""
        return port or self.daemon.port or PORT

    def choose_port(self, port: int | None) -> int:
        """Return the requested or default port, if it is available.

        Raises:
            LocalError: if another program listens on it.
        """
        chosen = self.default_port(port)
        process = self.process
        ours = process is not None and process.port == chosen
        if not ours and not wait_until_free(chosen, loopbacks()):
            raise LocalError(
                f"the front door's port {chosen} is in use by another program: "
                "stop that program, or choose another port with PORT="
            )
        return chosen

    def start(self, port: int) -> None:
        """Start the front door on the port, unless it runs there.

        Raises:
            LocalError: if it does not start.
        """
        process = self.process
        if process and process.port == port and is_taken(port):
            return
        self.stop()
        environment = {"PATH": os.environ.get("PATH", os.defpath), "PYTHONPATH": str(CODE), "PYTHONUTF8": "1"}
        self.daemon.start(self.daemon.command(port), environment, port)
        self.daemon.wait_until(lambda: is_taken(port) and self.process is not None, START_SECONDS)

    def stop(self) -> None:
        """Stop the front door, if it runs."""
        self.daemon.stop(STOP_SECONDS)
