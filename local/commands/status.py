"""The status of the platform on this machine."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from local.deployment import health
from local.deployment.deployment import Deployment
from local.emulator import saving
from local.machine.errors import LocalError
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
        outdated: what the outputs name and the cloud does not have.
        unsaved: why the emulator could not save its data.
    """

    emulator: Process | None
    front_door: Process | None
    resources: int | None
    pending: int
    complete: bool
    error: str | None = None
    outdated: str | None = None
    unsaved: str | None = None

    @classmethod
    def of(cls, deployment: Deployment) -> Status:
        """Read the status of a deployment."""
        from local.driver.state import State, StateError

        emulator, front_door = deployment.emulator.process, deployment.front_door.process
        try:
            state = State(deployment.state)
        except StateError as error:
            return cls(emulator, front_door, None, 0, complete=False, error=str(error))
        try:
            outputs = deployment.outputs
        except LocalError:
            outputs = None
        complete = not state.pending and outputs is not None
        count = len(state.resources) if deployment.state.exists() else None
        outdated = unsaved = None
        if emulator and front_door and outputs is not None:
            outdated = health.missing(deployment.emulator.cloud, outputs, front_door.port)
        if emulator and (outcome := saving.last(emulator.port)):
            unsaved = outcome.error or "; ".join(f"{name}: {why}" for name, why in outcome.skipped.items())
        return cls(emulator, front_door, count, len(state.pending), complete, None, outdated, unsaved or None)

    @property
    def ready(self) -> bool:
        """Whether both processes run and the last deployment finished."""
        return (
            self.emulator is not None and self.front_door is not None and self.complete and not self.outdated
        )

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
        if self.outdated:
            rows["problem"] = f"{self.outdated}: it was changed outside these commands"
        if self.unsaved:
            rows["not saved"] = self.unsaved
        rows["next"] = self._next
        return rows

    @property
    def _next(self) -> str:
        if self.error is not None:
            return "make reset" if "make reset" in self.error else "make up"
        if self.outdated:
            return "make up, or make engine-up if the Pulumi engine deployed it"
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
            "outdated": self.outdated,
            "unsaved": self.unsaved,
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
