"""The event bus of a platform: events that a test puts on it, and their delivery to a test's subscriber."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import requests

from tests.local.platform import Platform, until
from tests.local.realtime.browser import Socket, receive, request

MOMENT = "2026-11-21T13:52:00.714Z"


def metadata() -> dict[str, str]:
    """Return the metadata of an event with new ids."""
    return {"id": f"test:{uuid4().hex}", "correlationId": uuid4().hex, "occurredAt": MOMENT}


def put(platform: Platform, source: str, detail_type: str, *details: Any) -> None:
    """Put events on the bus in one call, as a principal with every permission."""
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


class Subscriber:
    """A subscriber to every event; its queue keeps each event as it was delivered."""

    def __init__(self, platform: Platform, url: str) -> None:
        self._sqs = platform.cloud.client("sqs")
        self._url = url
        self._events: list[dict[str, Any]] = []

    def delivered(self, correlation_id: str) -> list[dict[str, Any]]:
        """Return the events with a correlation id, in the order of their delivery."""
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
def subscribed(platform: Platform) -> Iterator[Subscriber]:
    """Subscribe to every event, and unsubscribe afterwards."""
    events, sqs, name = (
        platform.cloud.client("events"),
        platform.cloud.client("sqs"),
        f"subscriber-{uuid4().hex}",
    )
    bus = platform.outputs["eventBus"]
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    events.put_rule(Name=name, EventBusName=bus, EventPattern=json.dumps({"source": [{"prefix": ""}]}))
    target = {"Id": "queue", "Arn": platform.cloud.arn("sqs", name)}
    events.put_targets(Rule=name, EventBusName=bus, Targets=[target])
    try:
        yield Subscriber(platform, url)
    finally:
        events.remove_targets(Rule=name, EventBusName=bus, Ids=["queue"])
        events.delete_rule(Name=name, EventBusName=bus)
        sqs.delete_queue(QueueUrl=url)


def dead_letter(platform: Platform, name: str, text: str) -> tuple[Any, str | None]:
    """Wait for the dead-lettered message that contains a text, delete it, and return its body and reason."""
    sqs, url = platform.cloud.client("sqs"), platform.outputs["deadLetters"][name]["url"]

    def found() -> dict[str, Any] | None:
        received = sqs.receive_message(
            QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=1, MessageAttributeNames=["reason"]
        )
        return next((message for message in received.get("Messages", []) if text in message["Body"]), None)

    message: Any = until(found)
    sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    reason = message.get("MessageAttributes", {}).get("reason", {}).get("StringValue")
    return json.loads(message["Body"]), reason


async def pushes(socket: Socket, correlation_id: str) -> list[Any]:
    """Return the events with a correlation id that are pushed before the response to the next ping."""
    found: list[Any] = []
    message = await request(socket, {"action": "ping"})
    while message != {"type": "pong"}:
        if message["type"] == "event" and message["event"]["correlationId"] == correlation_id:
            found.append(message["event"])
        message = await receive(socket)
    return found


def refusal(response: requests.Response) -> tuple[int, str]:
    """Return the status and the title of a problem document."""
    assert response.headers["Content-Type"] == "application/problem+json"
    return response.status_code, response.json()["title"]
