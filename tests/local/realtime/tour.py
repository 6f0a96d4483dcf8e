"""Requests that use every permission of the realtime functions."""

from __future__ import annotations

import time
from itertools import batched
from typing import Any
from uuid import uuid4

from handlers.realtime.pushes import PAGE_CONNECTIONS
from tests.local.platform import Platform, until
from tests.local.realtime.browser import Session, connected, created, publish, receive, request, table, visit


def fill(platform: Platform, audience: str, count: int) -> None:
    """Store connections of an audience that are not open; they are more than one push handles by itself."""
    client, name = platform.cloud.client("dynamodb"), table(platform, "connections")
    now = int(time.time())
    times: dict[str, Any] = {"openAt": {"N": str(now + 600)}, "expiresAt": {"N": str(now + 600)}}
    puts: list[Any] = [
        {
            "PutRequest": {
                "Item": {"audience": {"S": audience}, "connectionId": {"S": f"{number:05d}"}, **times}
            }
        }
        for number in range(count)
    ]
    for batch in batched(puts, 25, strict=False):
        client.batch_write_item(RequestItems={name: list(batch)})


def tour(platform: Platform) -> None:
    """Connect, send each message, receive an event, resume, and push to a large and to a gone audience."""
    gone = {"audience": {"S": "everything"}, "connectionId": {"S": f"gone-{uuid4().hex}"}}
    client, connections = platform.cloud.client("dynamodb"), table(platform, "connections")
    client.put_item(TableName=connections, Item={**gone, "openAt": {"N": f"{int(time.time()) - 60}"}})

    async def talk(session: Session) -> Any:
        async with connected(session, platform.admin) as socket:
            replies = [await request(socket, {"action": name}) for name in ("ping", "dance", "resume")]
            publish(platform, created())
            while (await receive(socket))["type"] != "event":
                pass
            return [*replies, await request(socket, {"action": "resume", "token": replies[2]["token"]})]

    replies = visit(platform, talk)
    assert [message["type"] for message in replies] == ["pong", "error", "resumed", "event"]
    until(lambda: "Item" not in client.get_item(TableName=connections, Key=gone))
    fill(platform, "user#crowd", PAGE_CONNECTIONS + 1)
    (event,) = publish(platform, created("crowd"))
    pushed = {"id": {"S": f"push:{event}"}}
    until(lambda: "Item" in client.get_item(TableName=table(platform, "effects"), Key=pushed))
