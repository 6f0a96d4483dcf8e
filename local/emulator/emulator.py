"""The AWS emulator as a background process that listens on 127.0.0.1 only."""

from __future__ import annotations

import functools
import http.client
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from pathlib import Path

from local.emulator import queue_addresses, saving
from local.emulator.checkpoint import Checkpoint, Restored
from local.emulator.saved_state import OBJECTS, SERVICES, read
from local.machine.code import CODE
from local.machine.emulator import emulator_daemon
from local.machine.errors import LocalError
from local.machine.files import remove
from local.machine.ports import LOOPBACK, free_port, is_taken, wait_until_free
from local.machine.processes import Daemon, Process
from provider.cloud import ACCESS_KEY, ACCOUNT, KEY_VALUE_STORE, SECRET_KEY, Cloud, endpoint_of

PORT = 4566
"""The default port, if it is free: tools for local AWS expect it."""

START_SECONDS = 30.0
SAVE_SECONDS = 120.0
THREADS = 32
"""The size of the emulator's thread pool; `extensions.workers` limits the processes of functions."""


class StartData(Enum):
    """The data that a started emulator has."""

    RUNNING = "it was already running"
    EMPTY = "it is new and empty"
    RESTORED = "it has the data of its last stop"
    ROLLED_BACK = "it has data that was saved before its last changes"
    LOST = "it was killed before it saved anything"


Notify = Callable[[str], None]
"""Receives a message for the user."""


def ignore(text: str) -> None:
    """Ignore a message: the `Notify` of callers that have no user."""
    del text


@dataclass(frozen=True)
class Emulator:
    """The emulator of one directory; at most one runs per directory.

    Attributes:
        directory: the folder of its data, its log and its process record.
        region: the AWS region that it emulates.
        record_calls: whether CloudTrail records every allowed API call.
        stop_seconds: the time to finish invocations and save the data on a stop.
    """

    directory: Path
    region: str = "us-east-1"
    record_calls: bool = False
    stop_seconds: float = 60.0
    daemon: Daemon = field(init=False)
    checkpoint: Checkpoint = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "daemon", emulator_daemon(self.directory))
        object.__setattr__(self, "checkpoint", Checkpoint(self.directory))

    @property
    def process(self) -> Process | None:
        """The process, or None if it does not run."""
        return self.daemon.process

    @property
    def cloud(self) -> Cloud:
        """The running emulator's address and region, for API calls.

        Raises:
            LocalError: if the emulator does not run.
        """
        return _cloud(f"http://{LOOPBACK}:{self._running.port}", self.region)

    @property
    def _running(self) -> Process:
        process = self.process
        if process is None:
            raise LocalError("the emulator is not running: run make up")
        return process

    @property
    def is_empty(self) -> bool:
        """Whether it does not run and has no data."""
        return self.process is None and not self.checkpoint.cloud.exists() and not self.checkpoint.folders()

    def start(self, port: int | None = None, notify: Notify = ignore) -> StartData:
        """Start the emulator, unless it runs, with the last saved state, and return when it is ready.

        Args:
            port: the port to listen on; by default the last one, or 4566, or a free port.
            notify: receives a message if changes are lost.

        Raises:
            LocalError: if the port is taken, every saved state is damaged, or the emulator does not start.
        """
        process = self.process
        if process and _is_healthy(process.port):
            _refuse_other_port(process.port, port)
            damaged = self.checkpoint.damaged_record()
            if damaged is None:
                return StartData.RUNNING
            notify(f"{damaged}: is damaged: the emulator is restarted with its last saved state")
            self.daemon.stop(grace=0)
        # A slow emulator gets the time to save its data.
        self.daemon.stop(self.stop_seconds)
        chosen = self.choose_port(port)
        data = self._prepare_data(chosen, notify)
        self.daemon.start(self.daemon.command(chosen), self._environment(chosen), chosen)
        self.daemon.wait_until(lambda: _is_healthy(chosen), START_SECONDS)
        return data

    def choose_port(self, port: int | None) -> int:
        """Return the requested port; without one, the last port, or 4566, or a free port.

        Raises:
            LocalError: if another program listens on it.
        """
        wanted = port or self.daemon.port
        if wanted is None:
            return free_port() if is_taken(PORT) else PORT
        if not wait_until_free(wanted):
            raise LocalError(
                f"the emulator's port {wanted} is in use by another program: "
                "stop that program, or choose another port with CLOUD_PORT="
            )
        return wanted

    def stop(self) -> None:
        """Stop the emulator, if it runs, and keep its data for the next start.

        Raises:
            LocalError: if its data cannot be saved; it still runs.
        """
        process = self.process
        if process and _is_healthy(process.port):
            saving.save(process.port, self.stop_seconds)
        self.daemon.stop(self.stop_seconds)

    def save(self, folder: Path | None = None) -> Path:
        """Save the running emulator's data and the deployment's records, all as of one moment.

        Args:
            folder: a folder that does not exist, to which the saved state is also copied.

        Returns:
            the folder of the saved state: `folder`, or by default one that later saves remove.

        Raises:
            LocalError: if the emulator does not run, or its data cannot be saved.
        """
        saved = self.checkpoint.saved / saving.save(self._running.port, SAVE_SECONDS)
        if folder is None:
            return saved
        read(saved).copy_to(folder)
        return folder

    def start_with(self, folder: Path, port: int | None = None) -> None:
        """Start the emulator with the saved state in a folder, in place of its own data and records.

        Raises:
            LocalError: as `start` does, or if it runs.
            DamagedError: if the saved state is not complete.
        """
        if self.process:
            raise LocalError("the emulator is running: run make down before it starts with other data")
        self.checkpoint.adopt(folder)
        self.start(port)

    def reset(self) -> None:
        """Stop the emulator and delete its data."""
        self.daemon.stop(grace=0)
        for path in (self.checkpoint.saved, self.checkpoint.cloud, self.checkpoint.state, self._scratch):
            remove(path)

    @property
    def _scratch(self) -> Path:
        return self.directory / "tmp"

    def _prepare_data(self, port: int, notify: Notify) -> StartData:
        used = self.checkpoint.cloud.exists()
        restored = self.checkpoint.restore()
        queue_addresses.set_port(self.checkpoint.cloud / SERVICES, port)
        # The emulator does not remove the folders of its Lambda workers.
        remove(self._scratch)
        self._scratch.mkdir()
        return _start_data(restored, notify, used=used)

    def _environment(self, port: int) -> dict[str, str]:
        """The emulator's whole environment: without the user's AWS configuration, home folder and Docker."""
        cloud = self.checkpoint.cloud
        return {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": str(self._scratch),
            "TMPDIR": str(self._scratch),
            "PYTHONPATH": str(CODE),
            "PYTHONUTF8": "1",
            "PYTHONUNBUFFERED": "1",
            "BIND_HOST": LOOPBACK,
            "GATEWAY_PORT": str(port),
            "AUTH": "true",
            "AWS_ACCESS_KEY_ID": ACCESS_KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
            "AWS_EC2_METADATA_DISABLED": "true",
            # For the functions: the emulator sets the address of all other services.
            "AWS_ENDPOINT_URL_CLOUDFRONT_KEYVALUESTORE": endpoint_of(
                KEY_VALUE_STORE, f"http://{LOOPBACK}:{port}"
            ),
            "MINISTACK_ACCOUNT_ID": ACCOUNT,
            "MINISTACK_REGION": self.region,
            "MINISTACK_WORKER_THREADS": str(THREADS),
            # A failed trigger fails the sign-in, as on AWS.
            "MINISTACK_COGNITO_PRETOKEN_STRICT": "1",
            "PERSIST_STATE": "1",
            "STATE_DIR": str(cloud / SERVICES),
            "S3_PERSIST": "1",
            "S3_DATA_DIR": str(cloud / OBJECTS),
            "CLOUDTRAIL_RECORDING": "1" if self.record_calls else "0",
            # No unused listeners, and no access to the user's containers.
            "IOT_MTLS_ENABLED": "0",
            "SFTP_ENABLED": "0",
            "DOCKER_HOST": "unix:///nonexistent",
        }


@functools.cache
def _cloud(endpoint: str, region: str) -> Cloud:
    """Return one cloud for each address: a client takes 0.1 s to create."""
    return Cloud(endpoint, region)


def _start_data(restored: Restored, notify: Notify, *, used: bool) -> StartData:
    """Return which data a start has, and notify the user of lost changes."""
    state = restored.state
    if state is None:
        if not used:
            return StartData.EMPTY
        notify("the emulator was killed before it saved anything: all resources are created again")
        return StartData.LOST
    for problem in restored.damaged:
        notify(f"{problem}: an earlier saved state is used")
    if not (restored.interrupted or restored.damaged):
        return StartData.RESTORED
    saved = datetime.fromtimestamp(state.saved).astimezone().strftime("%Y-%m-%d %H:%M:%S")
    notify(f"the emulator has the data of {saved}: changes after that, if any, are lost")
    return StartData.ROLLED_BACK


def _refuse_other_port(running: int, requested: int | None) -> None:
    if requested not in (None, running):
        raise LocalError(
            f"the emulator runs on port {running}: run make down before you start it on port {requested}"
        )


def _is_healthy(port: int) -> bool:
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=5)
    try:
        connection.request("GET", "/_ministack/health")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
