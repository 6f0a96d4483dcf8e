"""The platform on this machine: the emulator, the program applied to it, and the front door before it."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from local.emulator.checkpoint import RECORD, remove
from local.emulator.emulator import PORT as CLOUD_PORT
from local.emulator.emulator import Emulator, Origin
from local.front_door.door import Door
from local.machine.errors import LocalError
from local.machine.lock import exclusive
from local.machine.ports import LOOPBACK
from local.machine.processes import POLL_SECONDS, write_atomically
from provider.cloud import Cloud

if TYPE_CHECKING:
    from local.driver.driver import Report, Result

Apply = Callable[[Path, Cloud, Path, Mapping[str, Any], "Report"], "Result"]
Seed = Callable[[Cloud, Mapping[str, Any]], list[str]]

HEALTH_PATH = "/api/health"
HEALTH_SECONDS = 30.0

UP_PATIENCE = 3.0
DEV_PATIENCE = 30.0
"""How many seconds to wait for another command: no saved change may be lost for it."""

KEPT = ("bundles", "lock")
"""What a reset leaves: the cache of bundles, which costs the network to fill, and the lock it holds."""


@dataclass(frozen=True)
class Up:
    """What `up` did.

    Attributes:
        url: the front door's address.
        result: what the driver did.
        people: names of the people who were made.
        seconds: how long it took in all.
    """

    url: str
    result: Result
    people: list[str]
    seconds: float


def _apply(root: Path, cloud: Cloud, state: Path, overrides: Mapping[str, Any], report: Report) -> Result:
    # Late: the SDK is slow to import, and most commands do without.
    from local.driver import driver
    from local.machine.owner import Owner, claim

    claim(state.parent, Owner.DRIVER)
    return driver.apply(root, cloud, state, overrides, report)


def _seed(cloud: Cloud, outputs: Mapping[str, Any]) -> list[str]:
    from local.commands import people

    return people.seed(cloud, outputs)


@dataclass(frozen=True)
class Deployment:
    """One platform; everything it keeps stands in one directory.

    Attributes:
        root: the Pulumi program's folder.
        directory: where state, logs and data stand.
        record_calls: whether CloudTrail keeps every API call that was let through.
        apply: what makes the cloud what the program declares.
        seed: what makes the people.
    """

    root: Path
    directory: Path
    record_calls: bool = False
    apply: Apply = _apply
    seed: Seed = _seed

    @property
    def emulator(self) -> Emulator:
        """The AWS emulator."""
        return Emulator(self.directory, record_calls=self.record_calls)

    @property
    def door(self) -> Door:
        """The front door."""
        return Door(self.directory, self.outputs_file)

    @property
    def outputs_file(self) -> Path:
        """The stack's outputs, as `pulumi stack output --json` gives them."""
        return self.directory / "outputs.json"

    @property
    def state(self) -> Path:
        """The driver's record."""
        return self.directory / RECORD

    @property
    def outputs(self) -> dict[str, Any]:
        """The stack's outputs.

        Raises:
            LocalError: when nothing is deployed, or the file is broken.
        """
        try:
            outputs: Any = json.loads(self.outputs_file.read_bytes())
        except FileNotFoundError:
            raise LocalError("nothing is deployed yet: run make up") from None
        except ValueError:
            outputs = None
        if not isinstance(outputs, dict):
            raise LocalError(f"{self.outputs_file}: cannot be read: run make up")
        return cast("dict[str, Any]", outputs)

    def up(
        self,
        report: Report,
        say: Callable[[str], None],
        port: int | None = None,
        cloud_port: int | None = None,
    ) -> Up:
        """Make everything run as the program declares it, and answer once the API does.

        Args:
            report: is told of each resource.
            say: is told what else the person should know.
            port: the front door's port; else the last one, else 8080.
            cloud_port: the emulator's port; else the last one, else 4566 or a free one.

        Raises:
            LocalError: when something stands in the way; a later `up` goes on from there.
        """
        started = time.monotonic()
        with exclusive(self.directory, "up", UP_PATIENCE):
            self._refuse_one_port(self.door.wanted(port), cloud_port)
            port = self.door.choose(port)
            origin = self.emulator.start(cloud_port)
            if origin in (Origin.REWOUND, Origin.LOST):
                say(f"the emulator {origin.value}")
            self.door.start(port)
            url = f"http://localhost:{port}"
            with self._emulator_alive():
                cloud = self.emulator.cloud
                result = self._apply_at(url, report)
                made = self.seed(cloud, result.outputs)
                _await_health(port)
        return Up(url, result, made, time.monotonic() - started)

    def again(self, report: Report) -> Result:
        """Apply the program to what runs already.

        Raises:
            LocalError: when something stands in the way; what runs goes on running.
        """
        door = self.door.process
        if door is None:
            raise LocalError("the front door does not run: start it with make up")
        with exclusive(self.directory, "dev", DEV_PATIENCE), self._emulator_alive():
            return self._apply_at(f"http://localhost:{door.port}", report)

    def down(self) -> bool:
        """Stop everything and keep the data; answer whether anything ran."""
        with exclusive(self.directory, "down"):
            ran = self.emulator.process is not None or self.door.process is not None
            self.door.stop()
            self.emulator.stop()
        return ran

    def reset(self) -> None:
        """Stop everything and remove all but the cache of bundles."""
        with exclusive(self.directory, "reset"):
            self.door.stop()
            self.emulator.forget()
            for path in self.directory.iterdir():
                if path.name not in KEPT:
                    remove(path)

    def _refuse_one_port(self, port: int, cloud_port: int | None) -> None:
        if port == (cloud_port or self.emulator.daemon.port or CLOUD_PORT):
            raise LocalError(f"PORT and CLOUD_PORT are both {port}: expected two ports")

    def _apply_at(self, url: str, report: Report) -> Result:
        result = self.apply(self.root, self.emulator.cloud, self.state, {"strata:url": url}, report)
        write_atomically(self.outputs_file, json.dumps(result.outputs, indent=2) + "\n")
        return result

    @contextmanager
    def _emulator_alive(self) -> Generator[None]:
        """Where the emulator has died, say that instead of what came of it."""
        try:
            yield
        except Exception as error:
            if self.emulator.process is None:
                tail = self.emulator.daemon.tail()
                raise LocalError(
                    f"the emulator died: make up starts it again. The end of its log:\n{tail}"
                ) from error
            raise


def _await_health(port: int) -> None:
    deadline = time.monotonic() + HEALTH_SECONDS
    while (answer := _health(port)) != "":
        if time.monotonic() > deadline:
            raise LocalError(f"GET {HEALTH_PATH} answers {answer}; make logs tells more")
        time.sleep(POLL_SECONDS)


def _health(port: int) -> str:
    """What is wrong with the API's health; nothing when it answers 200."""
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=HEALTH_SECONDS)
    try:
        connection.request("GET", HEALTH_PATH)
        answer = connection.getresponse()
        body = answer.read().decode(errors="replace")
    except (OSError, http.client.HTTPException) as error:
        return f"nothing ({error})"
    finally:
        connection.close()
    return "" if answer.status == http.HTTPStatus.OK else f"{answer.status}: {body[:500]}"
