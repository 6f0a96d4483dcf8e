"""Queues for tests, which receive what is delivered."""

from __future__ import annotations

import json
import time
from typing import Any, NamedTuple

from provider.cloud import Cloud

SECONDS = 15.0
"""The longest wait for what comes within one of the emulator's ticks of ten seconds."""


class Inbox(NamedTuple):
    """A queue whose messages tests receive."""

    cloud: Cloud
    url: str
    arn: str

    def receive(self, count: int = 1) -> list[Any]:
        """Receive and delete the next messages; return their JSON bodies, fewer if no more arrive."""
        sqs: Any = self.cloud.client("sqs")
        bodies: list[Any] = []
        deadline = time.monotonic() + SECONDS
        while len(bodies) < count and time.monotonic() < deadline:
            response = sqs.receive_message(QueueUrl=self.url, MaxNumberOfMessages=10, WaitTimeSeconds=1)
            for message in response.get("Messages", []):
                bodies.append(json.loads(message["Body"]))
                sqs.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])
        return bodies


def inbox(cloud: Cloud, name: str) -> Inbox:
    """Create a queue of this name."""
    url = cloud.client("sqs").create_queue(QueueName=name)["QueueUrl"]
    return Inbox(cloud, url, cloud.arn("sqs", name))
