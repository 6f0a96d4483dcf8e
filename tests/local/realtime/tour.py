"""Requests that use every permission of the realtime functions."""

from __future__ import annotations

import time
from typing import Any
from uuid import uuid4

from tests.local.platform import Platform, until
from tests.local.realtime.browser import Session, connected, created, publish, receive, request, table, visit


def tour(platform: Platform) -> None:
    """Connect, send each message, receive an event, resume, and push to a connection that is gone."""
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
