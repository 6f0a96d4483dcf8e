"""The experiment: a platform with injected faults under load, and its recovery."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.deployment.deployment import Deployment
from local.machine.ports import free_port
from operate.cli import main as operate
from operate.target import LOCAL, find
from tests.local.chaos.environment import Bus, Ses, kill_children, repeatedly
from tests.local.chaos.faults import SEED
from tests.local.chaos.load import Accepted, plans, send_changes
from tests.local.chaos.program import with_faults
from tests.local.chaos.results import Results
from tests.local.platform import Platform

REPLAY_AT, KILL_AT = 250, 500
IDLE_SECONDS = 2.5
"""How long the platform must be idle: the stream retries after one second."""

DEADLINE_SECONDS = 150.0
REDRIVES = 10
"""More than necessary: one in a hundred redriven messages is dead-lettered again."""

QUEUED = tuple(f"ApproximateNumberOfMessages{which}" for which in ("", "NotVisible", "Delayed"))


@dataclass
class Experiment:
    """A platform under load with injected faults.

    Attributes:
        accepted: the accepted changes.
        bus: the subscriber to its event bus.
        ses: the emails.
        results: the results in its consumers.
        killed: the number of worker processes that were killed.
    """

    deployment: Deployment
    platform: Platform
    accepted: Accepted
    bus: Bus
    ses: Ses
    results: Results
    killed: int = 0

    def run_load(self) -> None:
        """Send the changes; meanwhile start a replay, and later kill every worker process at once."""
        with ThreadPoolExecutor(1) as pool:
            sent = pool.submit(
                send_changes, self.platform.url, self.platform.admin, plans(SEED), self.accepted
            )
            self._until(lambda: sent.done() or len(self.accepted.events) >= REPLAY_AT)
            self.bus.replay()
            self._until(lambda: sent.done() or len(self.accepted.events) >= KILL_AT)
            emulator = self.deployment.emulator.process
            self.killed = kill_children(emulator.pid) if emulator else 0
            sent.result()

    def wait_until_idle(self) -> None:
        """Wait until no message is in progress."""
        busy = time.monotonic()

        def is_settled() -> bool:
            nonlocal busy
            if not self._is_idle():
                busy = time.monotonic()
            return time.monotonic() > busy + IDLE_SECONDS

        self._until(is_settled)

    def redrive(self) -> int:
        """Redrive dead-lettered messages until none is left, and return the number of redrives."""
        for times in range(REDRIVES):
            if not self.results.dead_letters():
                return times
            assert operate(["dlq", "redrive", "--all"], self.deployment.directory) == 0
            self.wait_until_idle()
        raise AssertionError(f"left after {REDRIVES} redrives: {self.results.dead_letters()}")

    def _is_idle(self) -> bool:
        if any(self._queued().values()):
            return False
        return self.accepted.events.keys() <= self.bus.received.keys() and self.ses.has_reported_all

    def _queued(self) -> dict[str, int]:
        """Return the number of messages in each consumer's queue, visible or not."""
        sqs: Any = self.platform.cloud.client("sqs")
        urls = [each.to for each in self.results.target.dead_letters.values() if each.kind == "queue"]
        found = {url: sqs.get_queue_attributes(QueueUrl=url, AttributeNames=list(QUEUED)) for url in urls}
        return {url: sum(map(int, each["Attributes"].values())) for url, each in found.items()}

    def _until(self, condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + DEADLINE_SECONDS
        while not condition():
            assert time.monotonic() < deadline, (
                f"after {DEADLINE_SECONDS:g} s: {len(self.accepted.events)} accepted, "
                f"{len(self.bus.received)} published, queued: {self._queued()}"
            )
            time.sleep(0.25)


@contextmanager
def experiment(folder: Path, records: Path) -> Iterator[Experiment]:
    """Deploy a copy of the program with fault injection, with a subscriber and SES's reports."""
    root = with_faults(folder, records)
    deployment = Deployment(root, root / ".local")
    try:
        done = deployment.up(lambda _: None, lambda _: None, port=free_port(), cloud_port=free_port())
        cloud = deployment.emulator.cloud
        platform = Platform(done.url, cloud, deployment.outputs, deployment.directory / "cloud" / "services")
        accepted = Accepted()
        bus, ses = Bus(platform, SEED), Ses(platform, accepted)
        results = Results(platform, find(LOCAL, deployment.directory), accepted, ses)
        with repeatedly(bus.listen), repeatedly(ses.report):
            yield Experiment(deployment, platform, accepted, bus, ses, results)
    finally:
        deployment.reset()
