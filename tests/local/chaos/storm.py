"""A platform whose functions fail, what goes on around it, and how it is ridden out."""

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
from tests.local.chaos.census import Census
from tests.local.chaos.changes import Accepted, lives, send
from tests.local.chaos.program import failing_at_random
from tests.local.chaos.strikes import SEED
from tests.local.chaos.surroundings import Bus, Ses, always, kill_children
from tests.local.platform import Platform

REPLAY_AT, KILL_AT = 250, 500
CALM_SECONDS = 2.5
"""For how long nothing may be under way until it is over: the stream tries again after one."""

DEADLINE_SECONDS = 150.0
REDRIVES = 10
"""More than it takes: of what is redriven, one in a hundred dies again."""

QUEUED = tuple(f"ApproximateNumberOfMessages{which}" for which in ("", "NotVisible", "Delayed"))


@dataclass
class Storm:
    """A platform in the storm.

    Attributes:
        accepted: what it has taken.
        bus: what is said on its bus.
        ses: what goes out by mail.
        census: what comes of it all.
        killed: how many processes were killed at once.
    """

    deployment: Deployment
    platform: Platform
    accepted: Accepted
    bus: Bus
    ses: Ses
    census: Census
    killed: int = 0

    def rage(self) -> None:
        """Send the changes; replay what there is in between, and later kill every worker at once."""
        with ThreadPoolExecutor(1) as pool:
            sent = pool.submit(send, self.platform.url, self.platform.admin, lives(SEED), self.accepted)
            self._until(lambda: sent.done() or len(self.accepted.events) >= REPLAY_AT)
            self.bus.replay()
            self._until(lambda: sent.done() or len(self.accepted.events) >= KILL_AT)
            emulator = self.deployment.emulator.process
            self.killed = kill_children(emulator.pid) if emulator else 0
            sent.result()

    def calm_down(self) -> None:
        """Wait until nothing is under way."""
        busy = time.monotonic()

        def is_over() -> bool:
            nonlocal busy
            if not self._is_idle():
                busy = time.monotonic()
            return time.monotonic() > busy + CALM_SECONDS

        self._until(is_over)

    def redrive(self) -> int:
        """Redrive dead letters until there are none; how many times that was."""
        for times in range(REDRIVES):
            if not self.census.dead_letters():
                return times
            assert operate(["dlq", "redrive", "--all"], self.deployment.directory) == 0
            self.calm_down()
        raise AssertionError(f"after {REDRIVES} times there are left {self.census.dead_letters()}")

    def _is_idle(self) -> bool:
        if any(self._queued().values()):
            return False
        return self.accepted.events.keys() <= self.bus.heard.keys() and self.ses.has_told

    def _queued(self) -> dict[str, int]:
        """How many messages each consumer's queue has, hidden ones too."""
        sqs: Any = self.platform.cloud.client("sqs")
        urls = [each.to for each in self.census.target.dead_letters.values() if each.kind == "queue"]
        answers = {url: sqs.get_queue_attributes(QueueUrl=url, AttributeNames=list(QUEUED)) for url in urls}
        return {url: sum(map(int, answer["Attributes"].values())) for url, answer in answers.items()}

    def _until(self, condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + DEADLINE_SECONDS
        while not condition():
            assert time.monotonic() < deadline, (
                f"after {DEADLINE_SECONDS:g} s: {len(self.accepted.events)} accepted, "
                f"{len(self.bus.heard)} published, queued: {self._queued()}"
            )
            time.sleep(0.25)


@contextmanager
def storm(folder: Path, fates: Path) -> Iterator[Storm]:
    """A copy of the program that fails at random, deployed, with a listener and SES's reports."""
    root = failing_at_random(folder, fates)
    deployment = Deployment(root, root / ".local")
    try:
        done = deployment.up(lambda _: None, lambda _: None, port=free_port(), cloud_port=free_port())
        cloud = deployment.emulator.cloud
        platform = Platform(done.url, cloud, deployment.outputs, deployment.directory / "cloud" / "services")
        accepted = Accepted()
        bus, ses = Bus(platform, SEED), Ses(platform, accepted)
        census = Census(platform, find(LOCAL, deployment.directory), accepted, ses)
        with always(bus.listen), always(ses.tell):
            yield Storm(deployment, platform, accepted, bus, ses, census)
    finally:
        deployment.reset()
