"""Requests that use every permission of the realtime functions."""

from __future__ import annotations

import time
from typing import Any
from uuid import uuid4

from tests.local.platform import Platform, until
from tests.local.realtime.browser import (
    Session,
    connected,
    created,
    handshake,
    publish,
    receive,
    request,
    subject,
    table,
    ticket,
    visit,
)
from tests.local.users.profiles import newcomer, profile, set_status
from tests.unit.handlers.events.samples import USER, batch, document, message


def tour(platform: Platform) -> None:
    """Connect, send each message, receive an event, resume, and close; also connections that are gone."""
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
    _disable(platform)


def _disable(platform: Platform) -> None:
    """Disable a person who has a ticket, and deliver the event again for a connection that is gone.

    The connection is added later, because the push of the change would remove it too.
    """
    client, connections = platform.cloud.client("dynamodb"), table(platform, "connections")
    with newcomer(platform) as token:
        user_id, owner = profile(platform, token)["id"], subject(token)

        async def refused(session: Session) -> Any:
            issued = await ticket(session, token)
            set_status(platform, user_id, "disabled")
            return await handshake(session, ticket=issued)

        assert visit(platform, refused) == 403
        key = {"audience": {"S": f"user#{owner}"}, "connectionId": {"S": f"gone-{uuid4().hex}"}}
        until(lambda: _pushed(platform, user_id))
        opened = {"subject": {"S": owner}, "openAt": {"N": f"{int(time.time()) - 60}"}}
        client.put_item(TableName=connections, Item={**key, **opened})
        data = {"user": {**USER, "subject": owner}}
        event = batch(message(document("user.deleted", data=data)))
        assert platform.invoke("realtime-close", event) == {"batchItemFailures": []}
        assert "Item" not in client.get_item(TableName=connections, Key=key)


def _pushed(platform: Platform, user_id: str) -> bool:
    return platform.outcomes("realtime-push", f"user.updated:{user_id}:2") == ["done"]
