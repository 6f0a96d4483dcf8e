"""The stack that a command targets: its outputs, and AWS clients for its account and region."""

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
"""The stack in the embedded cloud on this machine."""

OUTPUTS = "outputs.json"
EMULATOR = "emulator.json"
"""Files that the embedded cloud writes to its directory: the stack's outputs, and the emulator's port."""


class DeadLetterQueue(msgspec.Struct, frozen=True):
    """A dead-letter queue in the stack's outputs.

    Attributes:
        url: the queue's URL.
        kind: the kind of sender: `queue`, `rule`, `topic`, `function`, `schedule` or `stream`.
        to: the messages' original destination: a queue URL, an ARN, or a function name.
    """

    url: str
    kind: str
    to: str


class Subscriber(msgspec.Struct, frozen=True, rename="camel"):
    """A subscription to the event bus in the stack's outputs.

    Attributes:
        function: the name of the function that handles the events.
        types: the event types that it receives.
        filtered: whether it may not receive every event of these types.
        dead_letters: the names of the dead-letter queues on the way to the function.
    """

    function: str
    types: list[str]
    filtered: bool
    dead_letters: list[str]


@dataclass(frozen=True)
class Target:
    """A deployed stack.

    Attributes:
        stack: the stack's name.
        outputs: the stack's outputs, as `pulumi stack output --json` prints them.
        session: a boto3 session for the stack's account and region.
        endpoint: the embedded cloud's endpoint URL; None for AWS.
    """

    stack: str
    outputs: Mapping[str, Any]
    session: Any
    endpoint: str | None = None
    _clients: dict[str, Any] = field(default_factory=dict[str, Any], repr=False)
    _lock: Lock = field(default_factory=Lock, repr=False)

    def client(self, service: str) -> Any:
        """Return the client of a service, created once and shared by all threads."""
        from botocore.config import Config

        from handlers.kit import sigv4a
        from provider.cloud import KEY_VALUE_STORE, NO_PROXIES, endpoint_of

        if service == KEY_VALUE_STORE:
            sigv4a.install()
        with self._lock:
            if service not in self._clients:
                # Commands send bursts of calls, and CloudWatch Logs allows five per second.
                config = Config(
                    retries={"total_max_attempts": 8, "mode": "standard"},
                    max_pool_connections=16,
                    proxies=NO_PROXIES if self.endpoint else None,
                )
                endpoint = endpoint_of(service, self.endpoint) if self.endpoint else None
                client: Any = self.session.client(service, endpoint_url=endpoint, config=config)
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
        """The log group names, by the functions' names in the program."""
        return self._output("logGroups", dict[str, str])

    @property
    def dead_letters(self) -> dict[str, DeadLetterQueue]:
        """The dead-letter queues, by their names in the program."""
        return self._output("deadLetters", dict[str, DeadLetterQueue])

    @property
    def subscribers(self) -> list[Subscriber]:
        """The subscriptions to the event bus that end at a function."""
        return self._output("subscribers", list[Subscriber])

    @property
    def publishers(self) -> list[str]:
        """The names of the functions that publish the changes of tables."""
        return self._output("publishers", list[str])

    @property
    def partners_table(self) -> str:
        """The name of the partner key table."""
        return self._output("partnersTable", str)

    @property
    def webhook_secret(self) -> str:
        """The name or ARN of the webhook signing secret."""
        return self._output("webhookSecret", str)

    @property
    def site_bucket(self) -> str:
        """The name of the bucket with the releases of the app."""
        return self._output("siteBucket", str)

    @property
    def release_store(self) -> str:
        """The ARN of the key-value store that names the live releases."""
        return self._output("releaseStore", str)

    def _output(self, name: str, shape: Any) -> Any:
        if name not in self.outputs:
            raise OperateError(f"stack {self.stack} has no output {name}: deploy the current program")
        try:
            return msgspec.convert(self.outputs[name], shape)
        except msgspec.ValidationError as error:
            raise OperateError(f"stack {self.stack}, output {name}: {error}") from error


def find(stack: str, directory: Path) -> Target:
    """Return the stack with a name.

    Args:
        stack: `local`, or the name of a stack in the Pulumi backend.
        directory: the embedded cloud's directory.

    Raises:
        OperateError: if the stack does not exist or is not deployed.
    """
    from boto3.session import Session

    from provider.cloud import session

    if stack == LOCAL:
        outputs, endpoint = _local_outputs(directory), _local_endpoint(directory)
        return Target(stack, outputs, session(_region(stack, outputs)), endpoint)
    outputs = _pulumi_outputs(stack)
    return Target(stack, outputs, Session(region_name=_region(stack, outputs)))


def _region(stack: str, outputs: Mapping[str, Any]) -> str:
    """Return the stack's region, read from an output ARN because the stack file may be missing."""
    parts = str(outputs.get("eventArchive")).split(":")
    if len(parts) < 6:
        raise OperateError(f"stack {stack} has no output eventArchive: deploy the current program")
    return parts[3]


def _local_outputs(directory: Path) -> dict[str, Any]:
    outputs = _object(directory / OUTPUTS)
    if outputs is None:
        raise OperateError("nothing is deployed on this machine: run make up")
    return outputs


def _local_endpoint(directory: Path) -> str:
    process = _object(directory / EMULATOR) or {}
    # A stopped emulator leaves a file with its port and without a pid.
    if "pid" not in process:
        raise OperateError("the embedded cloud is not running: start it with make up")
    return f"http://127.0.0.1:{process['port']}"


def _object(path: Path) -> dict[str, Any] | None:
    try:
        found: Any = json.loads(path.read_bytes())
    except FileNotFoundError:
        return None
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise OperateError(f"{path}: invalid file: run make up")
    return cast("dict[str, Any]", found)


def _pulumi_outputs(stack: str) -> dict[str, Any]:
    command = shutil.which("pulumi")
    if command is None:
        raise OperateError(
            f"stack {stack}: the Pulumi CLI, which reads the stack's outputs, is not on PATH: "
            "install it (https://www.pulumi.com/docs/iac/download-install/)"
        )
    done = subprocess.run(  # noqa: S603 - the operator's own Pulumi CLI
        [command, "stack", "output", "--json", "--non-interactive", "--stack", stack],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        check=False,
        stdin=subprocess.DEVNULL,
    )
    try:
        outputs: Any = json.loads(done.stdout) if done.returncode == 0 else None
    except ValueError:
        outputs = None
    if not isinstance(outputs, dict):
        errors = done.stderr.strip().splitlines() or ["no output"]
        raise OperateError(f"stack {stack}: pulumi stack output: {errors[-1].removeprefix('error: ')}")
    return cast("dict[str, Any]", outputs)
