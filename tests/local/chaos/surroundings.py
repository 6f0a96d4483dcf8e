"""What stands around the platform meanwhile: who reports of mails, and who says twice what was said once."""

from __future__ import annotations

import json
import os
import random
import signal
import threading
from collections import Counter
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import requests

from handlers.notifications import tags
from tests.local.chaos.changes import Accepted
from tests.local.platform import Platform

REPEATED_SHARE = 0.1
TICK_SECONDS = 0.2
NAME = "chaos"


@contextmanager
def always(work: Callable[[], None]) -> Generator[None]:
    """Do the work again and again in the background; what it raises is raised at the end."""
    over = threading.Event()
    errors: list[Exception] = []

    def run() -> None:
        while not over.wait(TICK_SECONDS):
            try:
                work()
            except Exception as error:  # noqa: BLE001 - raised below
                errors.append(error)
                return

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
    if errors:
        raise errors[0]


@dataclass
class Ses:
    """SES's reports of its mails: the emulator keeps where they are to go, and sends none."""

    platform: Platform
    accepted: Accepted
    _topic: str = field(init=False)
    _told: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        topics = self.platform.cloud.client("sns").list_topics()["Topics"]
        (self._topic,) = [each["TopicArn"] for each in topics if "-mail-feedback-" in each["TopicArn"]]

    @property
    def outbox(self) -> list[dict[str, Any]]:
        """Every mail that SES has taken."""
        answer = requests.get(f"{self.platform.cloud.endpoint}/_ministack/ses/messages", timeout=30)
        return [mail for mails in answer.json()["messages"].values() for mail in mails]

    @property
    def has_told(self) -> bool:
        """Whether all of them are reported of."""
        return self._told >= {mail["MessageId"] for mail in self.outbox}

    def tell(self) -> None:
        """Report of mails that are new: that they were sent, and that they were delivered."""
        for mail in self.outbox:
            user = self.accepted.users.get(mail["To"][0])
            # A mail may be out before the answer to the creation is.
            if user and mail["MessageId"] not in self._told:
                self._publish("Send", mail, user)
                self._publish("Delivery", mail, user)
                self._told.add(mail["MessageId"])

    def _publish(self, kind: str, mail: dict[str, Any], user: str) -> None:
        correlation = self.accepted.events[f"user.created:{user}:1"]
        told = {
            "eventType": kind,
            "mail": {
                "messageId": mail["MessageId"],
                "timestamp": datetime.now(UTC).isoformat(),
                "tags": {
                    "effect": [tags.encoded(f"welcome-mail:{user}")],
                    "correlation": [tags.encoded(correlation)],
                },
            },
        }
        self.platform.cloud.client("sns").publish(TopicArn=self._topic, Message=json.dumps(told))


@dataclass
class Bus:
    """A subscriber of our own that hears everything, and says a tenth of it again.

    Attributes:
        heard: the ids of the events that the platform put on the bus, with how often.
        repeated: how many we put there again.
        replayed: how many the archive did.
    """

    platform: Platform
    seed: int
    heard: Counter[str] = field(default_factory=Counter)
    repeated: int = 0
    replayed: int = 0
    _ours: Counter[str] = field(default_factory=Counter)
    _url: str = field(init=False)

    def __post_init__(self) -> None:
        cloud, bus = self.platform.cloud, self.platform.outputs["eventBus"]
        self._url = cloud.client("sqs").create_queue(QueueName=NAME)["QueueUrl"]
        cloud.client("events").put_rule(
            Name=NAME, EventBusName=bus, EventPattern='{"source": [{"prefix": ""}]}'
        )
        target = {"Id": NAME, "Arn": cloud.arn("sqs", NAME)}
        cloud.client("events").put_targets(Rule=NAME, EventBusName=bus, Targets=[target])

    def listen(self) -> None:
        """Take in what is there."""
        sqs = self.platform.cloud.client("sqs")
        while messages := sqs.receive_message(QueueUrl=self._url, MaxNumberOfMessages=10).get("Messages"):
            for message in messages:
                self._hear(json.loads(message["Body"]))
            handles = [{"Id": each["MessageId"], "ReceiptHandle": each["ReceiptHandle"]} for each in messages]
            sqs.delete_message_batch(QueueUrl=self._url, Entries=handles)

    def replay(self) -> None:
        """Have the archive say everything again that was said so far."""
        self.platform.cloud.client("events").start_replay(
            ReplayName=NAME,
            EventSourceArn=self.platform.outputs["eventArchive"],
            EventStartTime=datetime.fromtimestamp(0, UTC),
            EventEndTime=datetime.now(UTC),
            Destination={
                "Arn": self.platform.cloud.arn("events", f"event-bus/{self.platform.outputs['eventBus']}")
            },
        )

    def _hear(self, event: dict[str, Any]) -> None:
        metadata = event["detail"]["metadata"]
        if "replay-name" in event:
            self.replayed += 1
        elif self._ours[metadata["id"]]:
            self._ours[metadata["id"]] -= 1
        else:
            self.heard[metadata["id"]] += 1
            if self.heard[metadata["id"]] == 1 and self._again(metadata["correlationId"]):
                self._repeat(event)

    def _again(self, correlation: str) -> bool:
        return random.Random(f"{self.seed} {correlation}").random() < REPEATED_SHARE  # noqa: S311

    def _repeat(self, event: dict[str, Any]) -> None:
        entry = {
            "EventBusName": self.platform.outputs["eventBus"],
            "Source": event["source"],
            "DetailType": event["detail-type"],
            "Detail": json.dumps(event["detail"]),
        }
        self._ours[event["detail"]["metadata"]["id"]] += 1
        assert self.platform.cloud.client("events").put_events(Entries=[entry])["FailedEntryCount"] == 0
        self.repeated += 1


def kill_children(pid: int) -> int:
    """Kill the processes that a process has started itself; how many those were."""
    children = [int(stat.parent.name) for stat in Path("/proc").glob("[0-9]*/stat") if _parent(stat) == pid]
    for child in children:
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
    return len(children)


def _parent(stat: Path) -> int | None:
    """The parent's id; None for a process that has ended meanwhile."""
    try:
        return int(stat.read_text().rpartition(")")[2].split()[1])
    except (FileNotFoundError, ProcessLookupError):
        return None
