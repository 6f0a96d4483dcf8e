"""A deployment of the platform: the emulator, the program applied to it, and the front door."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from local.deployment import people
from local.emulator.checkpoint import STATE
from local.emulator.emulator import PORT as CLOUD_PORT
from local.emulator.emulator import Emulator, StartData
from local.front_door.process import FrontDoor
from local.machine.errors import LocalError
from local.machine.files import remove, write_atomically
from local.machine.lock import exclusive
from local.machine.ports import LOOPBACK
from local.machine.processes import POLL_SECONDS
from provider.cloud import Cloud

if TYPE_CHECKING:
    from local.driver.changes import Report, Result

Apply = Callable[[Path, Cloud, Path, Mapping[str, Any], "Report"], "Result"]
Seed = Callable[[Cloud, Mapping[str, Any]], list[str]]

HEALTH_PATH = "/api/health"
HEALTH_SECONDS = 30.0

UP_LOCK_SECONDS = 3.0
REAPPLY_LOCK_SECONDS = 30.0
"""How long to wait for another command: long enough that no saved change is lost."""

KEPT = ("bundles", "lock")
"""What a reset keeps: the bundles, which are slow to build, and the lock that it holds."""


@dataclass(frozen=True)
class Up:
    """The result of `up`.

    Attributes:
        url: the front door's address.
        result: the result of applying the program.
        people: the names of the people who were created.
        seconds: how long it took.
    """

    url: str
    result: Result
    people: list[str]
    seconds: float


def _apply(root: Path, cloud: Cloud, state: Path, overrides: Mapping[str, Any], report: Report) -> Result:
    # Imported here because Pulumi's SDK is slow to import and most commands do not need it.
    from local.driver import driver
    from local.emulator.owner import Owner, claim

    claim(state.parent, Owner.DRIVER)
    return driver.apply(root, cloud, state, overrides, report)


@dataclass(frozen=True)
class Deployment:
    """One deployment, with all its files in one directory.

    Attributes:
        root: the folder of the Pulumi program.
        directory: the folder of its state, logs and data.
        record_calls: whether CloudTrail records every allowed API call.
        apply: changes the cloud to what the program declares.
        seed: creates the people.
    """

    root: Path
    directory: Path
    record_calls: bool = False
    apply: Apply = _apply
    seed: Seed = people.seed

    @property
    def emulator(self) -> Emulator:
        """The AWS emulator."""
        return Emulator(self.directory, record_calls=self.record_calls)

    @property
    def front_door(self) -> FrontDoor:
        """The front door."""
        return FrontDoor(self.directory, self.outputs_file)

    @property
    def outputs_file(self) -> Path:
        """The file with the stack's outputs, in the format of `pulumi stack output --json`."""
        return self.directory / "outputs.json"

    @property
    def state(self) -> Path:
        """The file with the driver's state."""
        return self.directory / STATE

    @property
    def outputs(self) -> dict[str, Any]:
        """The stack's outputs.

        Raises:
            LocalError: if nothing is deployed, or the file is invalid.
        """
        try:
            outputs: Any = json.loads(self.outputs_file.read_bytes())
        except FileNotFoundError:
            raise LocalError("nothing is deployed yet: run make up") from None
        except ValueError:
            outputs = None
        if not isinstance(outputs, dict):
            raise LocalError(f"{self.outputs_file}: is invalid: run make up to write it again")
        return cast("dict[str, Any]", outputs)

    def up(
        self,
        report: Report,
        notify: Callable[[str], None],
        port: int | None = None,
        cloud_port: int | None = None,
    ) -> Up:
        """Start the emulator and the front door, apply the program, and wait until the API is healthy.

        Args:
            report: receives the change of each resource.
            notify: receives other messages for the user.
            port: the front door's port; by default the last one, or 8080.
            cloud_port: the emulator's port; by default the last one, or 4566, or a free one.

        Raises:
            LocalError: if a step fails; the next `up` continues from there.
        """
        started = time.monotonic()
        with exclusive(self.directory, "up", UP_LOCK_SECONDS):
            self._refuse_equal_ports(self.front_door.default_port(port), cloud_port)
            port = self.front_door.choose_port(port)
            data = self.emulator.start(cloud_port)
            if data in (StartData.ROLLED_BACK, StartData.LOST):
                notify(f"the emulator {data.value}")
            self.front_door.start(port)
            url = f"http://localhost:{port}"
            with self._emulator_checked():
                cloud = self.emulator.cloud
                result = self._apply_for(url, report)
                created = self.seed(cloud, result.outputs)
                _await_health(port)
        return Up(url, result, created, time.monotonic() - started)

    def reapply(self, report: Report) -> Result:
        """Apply the program again while the platform runs.

        Raises:
            LocalError: if the program cannot be applied; the platform keeps running.
        """
        process = self.front_door.process
        if process is None:
            raise LocalError("the front door is not running: run make up")
        with exclusive(self.directory, "dev", REAPPLY_LOCK_SECONDS), self._emulator_checked():
            return self._apply_for(f"http://localhost:{process.port}", report)

    def down(self) -> bool:
        """Stop the emulator and the front door, keep the data, and return whether any of them ran."""
        with exclusive(self.directory, "down"):
            ran = self.emulator.process is not None or self.front_door.process is not None
            self.front_door.stop()
            self.emulator.stop()
        return ran

    def reset(self) -> None:
        """Stop the emulator and the front door, and delete everything except the bundles."""
        with exclusive(self.directory, "reset"):
            self.front_door.stop()
            self.emulator.reset()
            for path in self.directory.iterdir():
                if path.name not in KEPT:
                    remove(path)

    def _refuse_equal_ports(self, port: int, cloud_port: int | None) -> None:
        if port == (cloud_port or self.emulator.daemon.port or CLOUD_PORT):
            raise LocalError(f"PORT and CLOUD_PORT are both {port}: expected two different ports")

    def _apply_for(self, url: str, report: Report) -> Result:
        result = self.apply(self.root, self.emulator.cloud, self.state, {"strata:url": url}, report)
        write_atomically(self.outputs_file, json.dumps(result.outputs, indent=2) + "\n")
        return result

    @contextmanager
    def _emulator_checked(self) -> Generator[None]:
        """If the emulator has exited, report that rather than the error that it caused."""
        try:
            yield
        except Exception as error:
            if self.emulator.process is None:
                tail = self.emulator.daemon.tail()
                raise LocalError(
                    f"the emulator has exited: run make up to restart it; its last log lines:\n{tail}"
                ) from error
            raise


def _await_health(port: int) -> None:
    deadline = time.monotonic() + HEALTH_SECONDS
    while (problem := _health_problem(port)) is not None:
        if time.monotonic() > deadline:
            raise LocalError(f"GET {HEALTH_PATH} failed: {problem}; make logs shows the functions' logs")
        time.sleep(POLL_SECONDS)


def _health_problem(port: int) -> str | None:
    """Return why the API is not healthy, or None if it returns 200."""
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=HEALTH_SECONDS)
    try:
        connection.request("GET", HEALTH_PATH)
        response = connection.getresponse()
        body = response.read().decode(errors="replace")
    except (OSError, http.client.HTTPException) as error:
        return f"no response ({error})"
    finally:
        connection.close()
    return None if response.status == http.HTTPStatus.OK else f"{response.status}: {body[:500]}"
