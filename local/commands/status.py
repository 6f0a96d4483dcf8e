"""The status of the platform on this machine."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from local.deployment.deployment import Deployment
from local.machine.ports import LOOPBACK
from local.machine.processes import Process


@dataclass(frozen=True)
class Status:
    """What runs and what is deployed.

    Attributes:
        emulator: the emulator's process, or None if it is stopped.
        front_door: the front door's process, or None if it is stopped.
        resources: the number of deployed resources; None if the driver has no readable state.
        pending: the number of resources whose creation was interrupted.
        complete: whether the last deployment finished.
        error: why the driver's state cannot be read.
    """

    emulator: Process | None
    front_door: Process | None
    resources: int | None
    pending: int
    complete: bool
    error: str | None = None

    @classmethod
    def of(cls, deployment: Deployment) -> Status:
        """Read the status of a deployment."""
        from local.driver.state import State, StateError

        emulator, front_door = deployment.emulator.process, deployment.front_door.process
        try:
            state = State(deployment.state)
        except StateError as error:
            return cls(emulator, front_door, None, 0, complete=False, error=str(error))
        complete = not state.pending and deployment.outputs_file.exists()
        count = len(state.resources) if deployment.state.exists() else None
        return cls(emulator, front_door, count, len(state.pending), complete)

    @property
    def ready(self) -> bool:
        """Whether both processes run and the last deployment finished."""
        return self.emulator is not None and self.front_door is not None and self.complete

    @property
    def rows(self) -> dict[str, str]:
        """The status as names and values to print."""
        rows = {
            "emulator": _process_text(self.emulator, LOOPBACK),
            "front door": _process_text(self.front_door, "localhost"),
        }
        if self.error is not None:
            rows["resources"] = self.error
        elif self.resources is not None:
            rows["resources"] = f"{self.resources} deployed"
            if self.pending:
                rows["resources"] += f", {self.pending} interrupted"
        rows["next"] = self._next
        return rows

    @property
    def _next(self) -> str:
        if self.error is not None:
            return "make reset"
        return "make dev, make logs, make down" if self.ready else "make up"

    @property
    def fields(self) -> dict[str, Any]:
        """The status for JSON."""
        return {
            "ready": self.ready,
            "emulator": _process_fields(self.emulator, LOOPBACK),
            "frontDoor": _process_fields(self.front_door, "localhost"),
            "resources": self.resources,
            "pending": self.pending,
            "complete": self.complete,
            "error": self.error,
        }


def _process_text(process: Process | None, host: str) -> str:
    if process is None:
        return "stopped"
    since = datetime.fromtimestamp(process.since).astimezone().strftime("%Y-%m-%d %H:%M:%S")
    return f"http://{host}:{process.port}  (process {process.pid}, since {since})"


def _process_fields(process: Process | None, host: str) -> dict[str, Any] | None:
    if process is None:
        return None
    since = datetime.fromtimestamp(process.since, UTC).isoformat(timespec="seconds")
    return {"url": f"http://{host}:{process.port}", "pid": process.pid, "since": since}
