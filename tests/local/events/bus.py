"""The event bus from both sides: what is put on it by hand, and what it delivers to one more subscriber."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import requests

from tests.local.platform import Platform, until
from tests.local.realtime.browser import Socket, answer, heard

MOMENT = "2026-11-21T13:52:00.714Z"


def metadata() -> dict[str, str]:
    """What an event says of itself, with ids that no other has."""
    return {"id": f"test:{uuid4().hex}", "correlationId": uuid4().hex, "occurredAt": MOMENT}


def put(platform: Platform, source: str, detail_type: str, *details: Any) -> None:
    """Put events on the bus in one call, as somebody with leave to do anything."""
    entries = [
        {
            "EventBusName": platform.outputs["eventBus"],
            "Source": source,
            "DetailType": detail_type,
            "Detail": json.dumps(detail),
        }
        for detail in details
    ]
    assert platform.cloud.client("events").put_events(Entries=entries)["FailedEntryCount"] == 0


class Tap:
    """A subscriber of a test's own, to every event: its queue keeps each as it was delivered."""

    def __init__(self, platform: Platform, url: str) -> None:
        self._sqs = platform.cloud.client("sqs")
        self._url = url
        self._events: list[dict[str, Any]] = []

    def delivered(self, correlation_id: str) -> list[dict[str, Any]]:
        """The events of a request, in the order in which they came."""
        while messages := self._sqs.receive_message(QueueUrl=self._url, MaxNumberOfMessages=10).get(
            "Messages"
        ):
            self._events += [json.loads(message["Body"]) for message in messages]
        return [
            event
            for event in self._events
            if event["detail"].get("metadata", {}).get("correlationId") == correlation_id
        ]


@contextmanager
def tapped(platform: Platform) -> Iterator[Tap]:
    """Subscribe to everything for a while."""
    events, sqs, name = platform.cloud.client("events"), platform.cloud.client("sqs"), f"tap-{uuid4().hex}"
    bus = platform.outputs["eventBus"]
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    events.put_rule(Name=name, EventBusName=bus, EventPattern=json.dumps({"source": [{"prefix": ""}]}))
    target = {"Id": "queue", "Arn": platform.cloud.arn("sqs", name)}
    events.put_targets(Rule=name, EventBusName=bus, Targets=[target])
    try:
        yield Tap(platform, url)
    finally:
        events.remove_targets(Rule=name, EventBusName=bus, Ids=["queue"])
        events.delete_rule(Name=name, EventBusName=bus)
        sqs.delete_queue(QueueUrl=url)


def dead_letter(platform: Platform, name: str, text: str) -> tuple[Any, str | None]:
    """Wait for the dead letter that has a text in it, and take it out for good: its body, and its reason."""
    sqs, url = platform.cloud.client("sqs"), platform.outputs["deadLetters"][name]["url"]

    def mine() -> dict[str, Any] | None:
        answer = sqs.receive_message(
            QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=1, MessageAttributeNames=["reason"]
        )
        return next((message for message in answer.get("Messages", []) if text in message["Body"]), None)

    message: Any = until(mine)
    sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    reason = message.get("MessageAttributes", {}).get("reason", {}).get("StringValue")
    return json.loads(message["Body"]), reason


async def pushes(socket: Socket, correlation_id: str) -> list[Any]:
    """What is pushed of a request before the browser's next ping is answered."""
    found: list[Any] = []
    said = await answer(socket, {"action": "ping"})
    while said != {"type": "pong"}:
        if said["type"] == "event" and said["event"]["correlationId"] == correlation_id:
            found.append(said["event"])
        said = await heard(socket)
    return found


def refusal(answer: requests.Response) -> tuple[int, str]:
    """How a request was refused: by one of ours, with a problem."""
    assert answer.headers["Content-Type"] == "application/problem+json"
    return answer.status_code, answer.json()["title"]
