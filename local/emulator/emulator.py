"""The AWS emulator as a background process that listens on 127.0.0.1 only."""

from __future__ import annotations

import http.client
import os
import sys
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from local.emulator import saved_state
from local.emulator.checkpoint import Checkpoint
from local.machine.errors import LocalError
from local.machine.files import remove
from local.machine.ports import LOOPBACK, free_port, is_taken, wait_until_free
from local.machine.processes import Daemon, Process
from provider.cloud import ACCESS_KEY, ACCOUNT, SECRET_KEY, Cloud

PORT = 4566
"""The default port, if it is free: tools for local AWS expect it."""

LAUNCHER = "local.emulator.launcher"
CODE = Path(__file__).parents[2]
"""The folder from which the launcher can be imported."""

START_SECONDS = 30.0
THREADS = 32
"""The size of the emulator's thread pool; `extensions.workers` limits the processes of functions."""


class StartData(Enum):
    """The data that a started emulator has; the value describes it to the user."""

    RUNNING = "was already running"
    EMPTY = "is new and empty"
    RESTORED = "restored its data of the last stop"
    ROLLED_BACK = "was killed: the data of its last stop is restored, later changes are lost"
    LOST = "was killed before its first stop: all data is lost, all resources are created again"


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
        object.__setattr__(self, "daemon", Daemon("emulator", self.directory))
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
        process = self.process
        if process is None:
            raise LocalError("the emulator is not running: run make up")
        return Cloud(f"http://{LOOPBACK}:{process.port}", self.region)

    def start(self, port: int | None = None) -> StartData:
        """Start the emulator, unless it runs, and return when it is ready.

        Args:
            port: the port to listen on; by default the last one, or 4566, or a free port.

        Raises:
            LocalError: if the port is taken, or the emulator does not start.
        """
        process = self.process
        if process and _is_healthy(process.port):
            _refuse_other_port(process.port, port)
            return StartData.RUNNING
        # A slow emulator gets the time to save its data.
        self.daemon.stop(self.stop_seconds)
        chosen = self._choose_port(port)
        data = self._prepare_data(chosen)
        self.daemon.start([sys.executable, "-P", "-m", LAUNCHER], self._environment(chosen), chosen)
        self.daemon.wait_until(lambda: _is_healthy(chosen), START_SECONDS)
        return data

    def stop(self) -> None:
        """Stop the emulator, if it runs, and save its data for the next start."""
        self.daemon.stop(self.stop_seconds)
        if self._stopped_cleanly:
            self.checkpoint.take()

    def reset(self) -> None:
        """Stop the emulator and delete its data."""
        self.daemon.stop(grace=0)
        for path in (self.checkpoint.cloud, self.checkpoint.saved, self.checkpoint.state, self._scratch):
            remove(path)

    @property
    def _scratch(self) -> Path:
        return self.directory / "tmp"

    @property
    def _stopped_cleanly(self) -> bool:
        """Whether the last stop was clean: the emulator removes its pid file after it has saved its data."""
        return not any(self._scratch.glob("ministack-*.pid"))

    def _choose_port(self, port: int | None) -> int:
        wanted = port or self.daemon.port
        if wanted is None:
            return free_port() if is_taken(PORT) else PORT
        if not wait_until_free(wanted):
            raise LocalError(
                f"the emulator's port {wanted} is in use by another program: "
                "stop that program, or choose another port with CLOUD_PORT="
            )
        return wanted

    def _prepare_data(self, port: int) -> StartData:
        clean, used = self._stopped_cleanly, self.checkpoint.cloud.exists()
        if clean:
            self.checkpoint.take()
        restored = self.checkpoint.restore()
        saved_state.repair(self.checkpoint.cloud / "services", port)
        # The emulator does not remove the folders of its Lambda workers.
        remove(self._scratch)
        self._scratch.mkdir()
        if restored:
            return StartData.RESTORED if clean else StartData.ROLLED_BACK
        return StartData.LOST if used else StartData.EMPTY

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
            "MINISTACK_ACCOUNT_ID": ACCOUNT,
            "MINISTACK_REGION": self.region,
            "MINISTACK_WORKER_THREADS": str(THREADS),
            # A failed trigger fails the sign-in, as on AWS.
            "MINISTACK_COGNITO_PRETOKEN_STRICT": "1",
            "PERSIST_STATE": "1",
            "STATE_DIR": str(cloud / "services"),
            "S3_PERSIST": "1",
            "S3_DATA_DIR": str(cloud / "objects"),
            "CLOUDTRAIL_RECORDING": "1" if self.record_calls else "0",
            # No unused listeners, and no access to the user's containers.
            "IOT_MTLS_ENABLED": "0",
            "SFTP_ENABLED": "0",
            "DOCKER_HOST": "unix:///nonexistent",
        }


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
