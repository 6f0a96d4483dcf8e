"""A deployment of the platform: the emulator, the program applied to it, and the front door."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from local.deployment import health, people
from local.deployment.fingerprint import Fingerprint
from local.deployment.images import Images, Place, fit
from local.emulator import owner
from local.emulator.checkpoint import STATE
from local.emulator.emulator import PORT as CLOUD_PORT
from local.emulator.emulator import Emulator
from local.emulator.owner import Owner
from local.emulator.saved_state import DamagedError
from local.front_door.process import FrontDoor
from local.machine.errors import LocalError
from local.machine.files import remove, write_atomically
from local.machine.garbage import no_collection
from local.machine.lock import exclusive
from provider.cloud import Cloud

if TYPE_CHECKING:
    from local.driver.changes import Change, ChangeKind, Report, Result

Apply = Callable[[Path, Cloud, Path, Mapping[str, Any], "Report"], "Result"]
Seed = Callable[[Cloud, Mapping[str, Any]], list[str]]

UP_LOCK_SECONDS = 3.0
LOCK_SECONDS = 30.0
"""How long to wait for another command: longer than the deployment of a saved change."""

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
    with no_collection():
        from local.driver import driver

        owner.claim(state.parent, Owner.DRIVER)
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
        images: the images from which an empty deployment may start, and to which it adds its own.
    """

    root: Path
    directory: Path
    record_calls: bool = False
    apply: Apply = _apply
    seed: Seed = people.seed
    images: Images | None = None

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
    def fingerprint(self) -> Fingerprint:
        """The fingerprint of the last complete run."""
        return Fingerprint(self.root, self.directory, (self.state, self.outputs_file))

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
        except (ValueError, OSError):
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
        *,
        refresh: bool = False,
        verify: bool = False,
    ) -> Up:
        """Start the platform and apply the program, unless all runs and nothing has changed.

        Args:
            report: receives the change of each resource.
            notify: receives other messages for the user.
            port: the front door's port; by default the last one, or 8080.
            cloud_port: the emulator's port; by default the last one, or 4566, or a free one.
            refresh: whether to read every resource first, and to create those that do not exist.
            verify: apply the program even if nothing seems to have changed.

        Raises:
            LocalError: if a step fails; the next `up` continues from there. Also if `verify` finds a change
                where the fingerprint shows none.
        """
        started = time.monotonic()
        with exclusive(self.directory, "up", UP_LOCK_SECONDS):
            unchanged = None if refresh else self._unchanged(port, cloud_port)
            if unchanged and not verify:
                return Up(unchanged, self._applied(), [], time.monotonic() - started)
            empty = self.emulator.is_empty and not verify
            port, cloud_port = self._choose_ports(port, cloud_port)
            if empty and self._start_from_image(port, cloud_port):
                return Up(_url(port), self._applied("create"), [], time.monotonic() - started)
            result, created = self._run(port, cloud_port, report, notify, refresh=refresh)
            if empty:
                self._take_image()
            if unchanged:
                _refuse_changes(result)
        return Up(_url(port), result, created, time.monotonic() - started)

    def _run(
        self, port: int, cloud_port: int, report: Report, notify: Callable[[str], None], *, refresh: bool
    ) -> tuple[Result, list[str]]:
        """Start all, apply the program and create the people; return the result and the people's names."""
        url = self.prepare(port, cloud_port, notify)
        self.front_door.start(port)
        with self._emulator_checked(), self.fingerprint.of_run(self.processes):
            result = self._deploy(url, report, notify, refresh=refresh)
            created = self.seed(self.emulator.cloud, result.outputs)
            health.wait(port)
        return result, created

    def _start_from_image(self, port: int, cloud_port: int) -> bool:
        """Start an empty deployment from an image of the same program; return whether one works."""
        key = self.fingerprint.program()
        image = self.images.find(key) if self.images and key else None
        if image is None or key is None or self.images is None:
            return False
        owner.claim(self.directory, Owner.DRIVER)
        folder = self.directory / "image"
        try:
            fit(image, folder, self._place(port, cloud_port))
            self.emulator.start_with(folder, cloud_port)
            self.front_door.start(port)
            with self.fingerprint.of_run(self.processes):
                health.require(self.emulator.cloud, self.outputs, port)
        except (DamagedError, OSError, LocalError):
            self.images.discard(key)
            self._clear()
            return False
        finally:
            remove(folder)
        return True

    def _take_image(self) -> None:
        """Make an image of the first deployment of a program; without room for it there is none."""
        key = self.fingerprint.program() if self.is_current else None
        emulator, front_door = self.emulator.process, self.front_door.process
        if self.images is None or key is None or emulator is None or front_door is None:
            return
        with suppress(OSError, LocalError, DamagedError):
            self.images.add(key, self.emulator.save(), self._place(front_door.port, emulator.port))

    def _place(self, port: int, cloud_port: int) -> Place:
        return Place(str(self.root), port, cloud_port)

    def prepare(self, port: int | None, cloud_port: int | None, notify: Callable[[str], None]) -> str:
        """Start the emulator, and return the front door's address; the parameters are those of `up`.

        Raises:
            LocalError: if a port is not available, or the emulator does not start.
        """
        port, cloud_port = self._choose_ports(port, cloud_port)
        self.emulator.start(cloud_port, notify)
        return _url(port)

    def reapply(self, report: Report) -> Result:
        """Apply the program again while the platform runs.

        Raises:
            LocalError: if the program cannot be applied; the platform keeps running.
        """
        process = self.front_door.process
        if process is None:
            raise LocalError("the front door is not running: run make up")
        with (
            exclusive(self.directory, "dev", LOCK_SECONDS),
            self._emulator_checked(),
            self.fingerprint.of_run(self.processes),
        ):
            return self._apply_for(_url(process.port), report)

    def update_functions(self, changed: Sequence[Path], report: Report) -> list[Change] | None:
        """Update the functions that contain changed files, without running the program.

        Without files it only reads what the next call needs, so that that one is fast.

        Returns:
            The changes; None if the edit may change more than the code of functions.

        Raises:
            LocalError: if a function cannot be updated; the platform keeps running.
        """
        from local.driver import driver

        files = [path.relative_to(self.root).as_posix() for path in changed]
        with exclusive(self.directory, "dev", LOCK_SECONDS), self._emulator_checked():
            if files:
                self.fingerprint.forget()
            return driver.update_functions(self.root, self.emulator.cloud, self.state, files, report)

    def down(self) -> bool:
        """Stop the emulator and the front door, keep the data, and return whether any of them ran."""
        with exclusive(self.directory, "down", LOCK_SECONDS):
            ran = self.emulator.process is not None or self.front_door.process is not None
            self.front_door.stop()
            self.emulator.stop()
        return ran

    def reset(self) -> None:
        """Stop the emulator and the front door, and delete everything except the bundles."""
        with exclusive(self.directory, "reset", LOCK_SECONDS):
            self._clear()

    def _clear(self) -> None:
        self.front_door.stop()
        self.emulator.reset()
        for path in self.directory.iterdir():
            if path.name not in KEPT:
                remove(path)

    def _unchanged(self, port: int | None, cloud_port: int | None) -> str | None:
        """Return the front door's address if all runs, on these ports, as the last complete run left it."""
        emulator, front_door = self.emulator.process, self.front_door.process
        if emulator is None or front_door is None:
            return None
        wanted = (port or front_door.port, cloud_port or emulator.port)
        if wanted != (front_door.port, emulator.port) or not self.is_current:
            return None
        try:
            health.require(self.emulator.cloud, self.outputs, front_door.port)
        except LocalError:
            return None
        return _url(front_door.port)

    @property
    def processes(self) -> dict[str, Any]:
        """What identifies the running emulator and front door."""
        running = {"emulator": self.emulator.process, "front door": self.front_door.process}
        return {name: vars(process) for name, process in running.items() if process}

    @property
    def is_current(self) -> bool:
        """Whether the running platform is what the program declares, by the fingerprint of the last run."""
        return self.fingerprint.matches(self.processes)

    def _applied(self, kind: ChangeKind = "same") -> Result:
        """Return the result of a run that changes each resource in this way, from the driver's state."""
        from local.driver.changes import Change, Result

        resources = json.loads(self.state.read_bytes())["resources"]
        return Result(self.outputs, [Change(urn, kind) for urn in resources], 0.0)

    def _choose_ports(self, port: int | None, cloud_port: int | None) -> tuple[int, int]:
        """Return the ports of the front door and the emulator: running, requested, last or default ones.

        Raises:
            LocalError: if they are equal, or another program listens on one of them.
        """
        wanted = self.front_door.default_port(port)
        if wanted == (cloud_port or self.emulator.daemon.port or CLOUD_PORT):
            raise LocalError(f"PORT and CLOUD_PORT are both {wanted}: expected two different ports")
        chosen, process = self.front_door.choose_port(port), self.emulator.process
        return chosen, cloud_port or process.port if process else self.emulator.choose_port(cloud_port)

    def _deploy(self, url: str, report: Report, notify: Callable[[str], None], *, refresh: bool) -> Result:
        """Apply the program; if the cloud was changed outside these commands, read all resources first."""
        if refresh:
            self._read_again()
        result = self._apply_for(url, report)
        if refresh or any(change.kind != "same" for change in result.changes):
            return result
        found = health.missing(self.emulator.cloud, result.outputs, urlsplit(url).port or 0)
        if found is None:
            return result
        notify(f"{found}: it was deleted outside these commands; all resources are read again")
        return self._deploy(url, report, notify, refresh=True)

    def _read_again(self) -> None:
        from local.driver import state
        from local.engine import deploy

        state.read_again(self.state)
        deploy.read_again(self.directory)

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


def _url(port: int) -> str:
    return f"http://localhost:{port}"


def _refuse_changes(result: Result) -> None:
    """Raise an error if a run changed a resource although the fingerprint showed no change."""
    changed = [change.urn for change in result.changes if change.kind != "same"]
    if changed:
        raise LocalError(f"the fingerprint showed no change, but this run changed {', '.join(changed)}")
