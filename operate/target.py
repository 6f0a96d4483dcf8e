"""The stack that a command is for: its outputs, and how to speak to the cloud that it stands in."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any, cast

import msgspec

from operate.errors import OperateError

ROOT = Path(__file__).parents[1]
LOCAL = "local"
"""The stack that stands in the embedded cloud on this machine."""

OUTPUTS = "outputs.json"
EMULATOR = "emulator.json"
"""What the embedded cloud leaves in its directory: the stack's outputs, and the port that it serves."""

LOCAL_KEY = "local"
"""The embedded cloud's root credentials: it listens on this machine alone."""


class DeadLetters(msgspec.Struct, frozen=True):
    """A dead-letter queue.

    Attributes:
        url: the queue's.
        kind: what sends to it: `queue`, `rule`, `topic`, `function`, `schedule` or `stream`.
        to: where its messages were meant to go: a queue's URL, an ARN, or a function's name.
    """

    url: str
    kind: str
    to: str


@dataclass(frozen=True)
class Target:
    """A stack and its cloud.

    Attributes:
        stack: its name.
        outputs: its outputs, as `pulumi stack output --json` gives them.
        session: a boto3 session of the account and region that it stands in.
        endpoint: where the embedded cloud listens; None for AWS.
    """

    stack: str
    outputs: Mapping[str, Any]
    session: Any
    endpoint: str | None = None
    _clients: dict[str, Any] = field(default_factory=dict[str, Any], repr=False)
    _lock: Lock = field(default_factory=Lock, repr=False)

    def client(self, service: str) -> Any:
        """The client of a service; made once, shared by all threads."""
        from botocore.config import Config

        with self._lock:
            if service not in self._clients:
                # Operators' calls come in bursts, and CloudWatch Logs takes five a second.
                config = Config(
                    retries={"total_max_attempts": 8, "mode": "standard"}, max_pool_connections=16
                )
                client: Any = self.session.client(service, endpoint_url=self.endpoint, config=config)
                self._clients[service] = client
            return self._clients[service]

    @property
    def event_bus(self) -> str:
        """The event bus's name."""
        return self._output("eventBus", str)

    @property
    def event_archive(self) -> str:
        """The archive's ARN."""
        return self._output("eventArchive", str)

    @property
    def log_groups(self) -> dict[str, str]:
        """The log group of each function, by the function's name in the program."""
        return self._output("logGroups", dict[str, str])

    @property
    def dead_letters(self) -> dict[str, DeadLetters]:
        """Every dead-letter queue, by its name in the program."""
        return self._output("deadLetters", dict[str, DeadLetters])

    @property
    def partners_table(self) -> str:
        """The name of the table of partners' keys."""
        return self._output("partnersTable", str)

    @property
    def webhook_secret(self) -> str:
        """The name or ARN of the secret that webhooks are signed with."""
        return self._output("webhookSecret", str)

    def _output(self, name: str, shape: Any) -> Any:
        if name not in self.outputs:
            raise OperateError(f"stack {self.stack} has no output {name}: deploy the program as it is now")
        try:
            return msgspec.convert(self.outputs[name], shape)
        except msgspec.ValidationError as error:
            raise OperateError(f"stack {self.stack}, output {name}: {error}") from error


def find(stack: str, directory: Path) -> Target:
    """The stack of this name.

    Args:
        stack: `local`, or a stack that the Pulumi CLI knows.
        directory: where the embedded cloud keeps its files.

    Raises:
        OperateError: where there is none, or it is not deployed.
    """
    from boto3.session import Session

    if stack == LOCAL:
        outputs, endpoint = _local_outputs(directory), _local_endpoint(directory)
        session = Session(LOCAL_KEY, LOCAL_KEY, region_name=_region(stack, outputs))
        return Target(stack, outputs, session, endpoint)
    outputs = _pulumi_outputs(stack)
    return Target(stack, outputs, Session(region_name=_region(stack, outputs)))


def _region(stack: str, outputs: Mapping[str, Any]) -> str:
    """Where the stack stands, as the ARN of a resource of its own says: a stack file may not be at hand."""
    parts = str(outputs.get("eventArchive")).split(":")
    if len(parts) < 6:
        raise OperateError(f"stack {stack} has no output eventArchive: deploy the program as it is now")
    return parts[3]


def _local_outputs(directory: Path) -> dict[str, Any]:
    outputs = _object(directory / OUTPUTS)
    if outputs is None:
        raise OperateError("nothing is deployed on this machine: run make up")
    return outputs


def _local_endpoint(directory: Path) -> str:
    process = _object(directory / EMULATOR) or {}
    # A stopped one leaves its port on record, and nothing else.
    if "pid" not in process:
        raise OperateError("the embedded cloud does not run: start it with make up")
    return f"http://127.0.0.1:{process['port']}"


def _object(path: Path) -> dict[str, Any] | None:
    try:
        found: Any = json.loads(path.read_bytes())
    except FileNotFoundError:
        return None
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise OperateError(f"{path}: cannot be read: run make up")
    return cast("dict[str, Any]", found)


def _pulumi_outputs(stack: str) -> dict[str, Any]:
    command = shutil.which("pulumi")
    if command is None:
        raise OperateError(
            f"stack {stack}: its outputs are read with the Pulumi CLI, and there is no pulumi on PATH: "
            "install it (https://www.pulumi.com/docs/iac/download-install/)"
        )
    done = subprocess.run(  # noqa: S603 - the person's own command
        [command, "stack", "output", "--json", "--non-interactive", "--stack", stack],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    try:
        outputs: Any = json.loads(done.stdout) if done.returncode == 0 else None
    except ValueError:
        outputs = None
    if not isinstance(outputs, dict):
        told = done.stderr.strip().splitlines() or ["it said nothing"]
        raise OperateError(f"stack {stack}: pulumi stack output: {told[-1].removeprefix('error: ')}")
    return cast("dict[str, Any]", outputs)
