"""The platform's environment: SES's reports on emails, and a subscriber that publishes events again."""

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
from tests.local.chaos.load import Accepted
from tests.local.platform import Platform

REPEATED_SHARE = 0.1
TICK_SECONDS = 0.2
NAME = "chaos"


@contextmanager
def repeatedly(work: Callable[[], None]) -> Generator[None]:
    """Call a function repeatedly in the background; its first error is raised afterwards."""
    ended = threading.Event()
    errors: list[Exception] = []

    def run() -> None:
        while not ended.wait(TICK_SECONDS):
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
        ended.set()
        thread.join()
    if errors:
        raise errors[0]


@dataclass
class Ses:
    """SES's reports on its emails, which the emulator does not send.

    The emulator only keeps the topic that they go to.
    """

    platform: Platform
    accepted: Accepted
    _topic: str = field(init=False)
    _reported: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        topics = self.platform.cloud.client("sns").list_topics()["Topics"]
        (self._topic,) = [each["TopicArn"] for each in topics if "-mail-feedback-" in each["TopicArn"]]

    @property
    def outbox(self) -> list[dict[str, Any]]:
        """Every email that SES has accepted."""
        response = requests.get(f"{self.platform.cloud.endpoint}/_ministack/ses/messages", timeout=30)
        return [mail for mails in response.json()["messages"].values() for mail in mails]

    @property
    def has_reported_all(self) -> bool:
        """Whether every email has been reported."""
        return self._reported >= {mail["MessageId"] for mail in self.outbox}

    def report(self) -> None:
        """Report new emails as sent and as delivered."""
        for mail in self.outbox:
            user = self.accepted.users.get(mail["To"][0])
            # An email may be sent before the response to the creation.
            if user and mail["MessageId"] not in self._reported:
                self._publish("Send", mail, user)
                self._publish("Delivery", mail, user)
                self._reported.add(mail["MessageId"])

    def _publish(self, kind: str, mail: dict[str, Any], user: str) -> None:
        correlation = self.accepted.events[f"user.created:{user}:1"]
        document = {
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
        self.platform.cloud.client("sns").publish(TopicArn=self._topic, Message=json.dumps(document))


@dataclass
class Bus:
    """A subscriber to every event, which publishes a tenth of them again.

    Attributes:
        received: how often the platform has published each event, by its id.
        repeated: the number of events that this subscriber has published again.
        replayed: the number of events that the archive has replayed.
    """

    platform: Platform
    seed: int
    received: Counter[str] = field(default_factory=Counter)
    repeated: int = 0
    replayed: int = 0
    _own: Counter[str] = field(default_factory=Counter)
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
        """Receive the messages in the queue."""
        sqs = self.platform.cloud.client("sqs")
        while messages := sqs.receive_message(QueueUrl=self._url, MaxNumberOfMessages=10).get("Messages"):
            for message in messages:
                self._count(json.loads(message["Body"]))
            handles = [{"Id": each["MessageId"], "ReceiptHandle": each["ReceiptHandle"]} for each in messages]
            sqs.delete_message_batch(QueueUrl=self._url, Entries=handles)

    def replay(self) -> None:
        """Start a replay of all events so far."""
        self.platform.cloud.client("events").start_replay(
            ReplayName=NAME,
            EventSourceArn=self.platform.outputs["eventArchive"],
            EventStartTime=datetime.fromtimestamp(0, UTC),
            EventEndTime=datetime.now(UTC),
            Destination={
                "Arn": self.platform.cloud.arn("events", f"event-bus/{self.platform.outputs['eventBus']}")
            },
        )

    def _count(self, event: dict[str, Any]) -> None:
        metadata = event["detail"]["metadata"]
        if "replay-name" in event:
            self.replayed += 1
        elif self._own[metadata["id"]]:
            self._own[metadata["id"]] -= 1
        else:
            self.received[metadata["id"]] += 1
            if self.received[metadata["id"]] == 1 and self._is_repeated(metadata["correlationId"]):
                self._repeat(event)

    def _is_repeated(self, correlation: str) -> bool:
        return random.Random(f"{self.seed} {correlation}").random() < REPEATED_SHARE  # noqa: S311

    def _repeat(self, event: dict[str, Any]) -> None:
        entry = {
            "EventBusName": self.platform.outputs["eventBus"],
            "Source": event["source"],
            "DetailType": event["detail-type"],
            "Detail": json.dumps(event["detail"]),
        }
        self._own[event["detail"]["metadata"]["id"]] += 1
        assert self.platform.cloud.client("events").put_events(Entries=[entry])["FailedEntryCount"] == 0
        self.repeated += 1


def kill_children(pid: int) -> int:
    """Kill the child processes of a process, and return their number."""
    children = [int(stat.parent.name) for stat in Path("/proc").glob("[0-9]*/stat") if _parent(stat) == pid]
    for child in children:
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
    return len(children)


def _parent(stat: Path) -> int | None:
    """Return the id of the parent; None if the process has ended."""
    try:
        return int(stat.read_text().rpartition(")")[2].split()[1])
    except (FileNotFoundError, ProcessLookupError):
        return None
