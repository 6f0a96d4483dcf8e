"""The AWS emulator as a background process of this machine alone."""

from __future__ import annotations

import http.client
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from local.emulator.checkpoint import Checkpoint, remove
from local.emulator.saved import mend
from local.machine.errors import LocalError
from local.machine.ports import LOOPBACK, free_port, is_left, is_taken
from local.machine.processes import Daemon, Process
from provider.cloud import ACCESS_KEY, ACCOUNT, SECRET_KEY, Cloud

PORT = 4566
"""The port that is taken when it is free: the one that tools for local AWS expect."""

START_SECONDS = 30.0
INVOCATIONS = 32
"""Invocations at a time; each runs in a Python process of its own."""


class Origin(Enum):
    """Where the cloud's data came from; the value is what to tell the person."""

    RUNNING = "was running already"
    NEW = "is new and empty"
    RESTORED = "has the data of the last stop"
    REWOUND = "had been killed: it has the data of the last stop, and what was made since is lost"
    LOST = "had been killed before it ever saved: it starts empty and all is created again"


@dataclass(frozen=True)
class Emulator:
    """The emulator whose files stand in one directory; at most one runs per directory.

    Attributes:
        directory: where its data, its log and the record of its process stand.
        region: the AWS region that it plays.
        record_calls: whether CloudTrail keeps every API call that was let through.
        stop_seconds: its time to finish the invocations under way and to save the data.
    """

    directory: Path
    region: str = "us-east-1"
    record_calls: bool = False
    stop_seconds: float = 20.0
    daemon: Daemon = field(init=False)
    checkpoint: Checkpoint = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "daemon", Daemon("emulator", self.directory))
        object.__setattr__(self, "checkpoint", Checkpoint(self.directory))

    @property
    def process(self) -> Process | None:
        """Its process, if it runs."""
        return self.daemon.process

    @property
    def cloud(self) -> Cloud:
        """How to speak to it; it must run.

        Raises:
            LocalError: when it does not.
        """
        process = self.process
        if process is None:
            raise LocalError("the emulator does not run: start it with make up")
        return Cloud(f"http://{LOOPBACK}:{process.port}", self.region)

    def start(self, port: int | None = None) -> Origin:
        """Start it, or find it running, and answer once it can be used.

        Args:
            port: where it must listen; else where it did before, else 4566, else a free port.

        Raises:
            LocalError: when the port is taken, or when it does not come up.
        """
        process = self.process
        if process and _is_healthy(process.port):
            _refuse_to_move(process.port, port)
            return Origin.RUNNING
        # One that is merely slow gets the chance to save.
        self.daemon.stop(self.stop_seconds)
        chosen = self._choose(port)
        origin = self._prepare_data(chosen)
        self.daemon.start([sys.executable, "-P", "-m", "ministack"], self._environment(chosen), chosen)
        self.daemon.wait_until(lambda: _is_healthy(chosen), START_SECONDS)
        return origin

    def stop(self) -> None:
        """Stop it with its data saved for the next start; no error when it does not run."""
        self.daemon.stop(self.stop_seconds)
        if self._saved:
            self.checkpoint.take()

    def forget(self) -> None:
        """Stop it and remove its data."""
        self.daemon.stop(grace=0)
        for path in (self.checkpoint.cloud, self.checkpoint.pair, self.checkpoint.record, self._scratch):
            remove(path)

    @property
    def _scratch(self) -> Path:
        return self.directory / "tmp"

    @property
    def _saved(self) -> bool:
        """Whether it ended in good order, whoever stopped it: its pid file goes once the data is saved."""
        return not any(self._scratch.glob("ministack-*.pid"))

    def _choose(self, port: int | None) -> int:
        wanted = port or self.daemon.port
        if wanted is None:
            return free_port() if is_taken(PORT) else PORT
        if not is_left(wanted):
            raise LocalError(
                f"another program listens on {LOOPBACK}:{wanted}, where the emulator is to start: "
                "stop it, or choose another port with CLOUD_PORT="
            )
        return wanted

    def _prepare_data(self, port: int) -> Origin:
        saved, used = self._saved, self.checkpoint.cloud.exists()
        if saved:
            self.checkpoint.take()
        restored = self.checkpoint.restore()
        mend(self.checkpoint.cloud / "services", port)
        # It leaves the folders of its Lambda workers behind.
        remove(self._scratch)
        self._scratch.mkdir()
        if restored:
            return Origin.RESTORED if saved else Origin.REWOUND
        return Origin.LOST if used else Origin.NEW

    def _environment(self, port: int) -> dict[str, str]:
        """All it knows of this machine: nothing of the person's AWS setup, no home, no Docker."""
        cloud = self.checkpoint.cloud
        return {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": str(self._scratch),
            "TMPDIR": str(self._scratch),
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
            "MINISTACK_WORKER_THREADS": str(INVOCATIONS),
            # A trigger that fails must fail the sign-in, as it does on AWS.
            "MINISTACK_COGNITO_PRETOKEN_STRICT": "1",
            "PERSIST_STATE": "1",
            "STATE_DIR": str(cloud / "services"),
            "S3_PERSIST": "1",
            "S3_DATA_DIR": str(cloud / "objects"),
            "CLOUDTRAIL_RECORDING": "1" if self.record_calls else "0",
            # Listeners that nobody here asked for, and containers of the person's that are not its business.
            "IOT_MTLS_ENABLED": "0",
            "SFTP_ENABLED": "0",
            "DOCKER_HOST": "unix:///nonexistent",
        }


def _refuse_to_move(running: int, wanted: int | None) -> None:
    if wanted not in (None, running):
        raise LocalError(
            f"the emulator runs on port {running} and cannot move to {wanted} while it does: make down first"
        )


def _is_healthy(port: int) -> bool:
    return _answers(lambda: http.client.HTTPConnection(LOOPBACK, port, timeout=5), "/_ministack/health")


def _answers(connect: Callable[[], http.client.HTTPConnection], path: str) -> bool:
    connection = connect()
    try:
        connection.request("GET", path)
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
