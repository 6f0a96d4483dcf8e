"""Requests that use every permission of the realtime functions."""

from __future__ import annotations

import time
from itertools import batched
from typing import Any
from uuid import uuid4

from handlers.realtime.pushes import PAGE_CONNECTIONS
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
    for puts_of_batch in batched(puts, 25, strict=False):
        client.batch_write_item(RequestItems={name: list(puts_of_batch)})


def tour(platform: Platform) -> None:
    """Connect, send, receive, resume and close; push to a large audience and to connections that are gone."""
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
    until(lambda: _are_closed(platform))
    # The emulator's record keeps 50 calls of a name a second: the crowd's must not hide those before.
    time.sleep(1.1)
    fill(platform, "user#crowd", PAGE_CONNECTIONS + 1)
    (event,) = publish(platform, created("crowd"))
    pushed = {"id": {"S": f"push:{event}"}}
    until(lambda: "Item" in client.get_item(TableName=table(platform, "effects"), Key=pushed))
    _disable(platform)


def _are_closed(platform: Platform) -> bool:
    """Return whether no connection is left but the crowd's of an earlier tour."""
    found = platform.cloud.client("dynamodb").scan(
        TableName=table(platform, "connections"),
        FilterExpression="audience <> :crowd",
        ExpressionAttributeValues={":crowd": {"S": "user#crowd"}},
    )
    return found["Count"] == 0


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
