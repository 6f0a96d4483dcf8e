"""Pushes: each connection receives its events once, and after a reconnect those that it missed."""

from __future__ import annotations

import asyncio
import time
from contextlib import AsyncExitStack
from typing import Any

from tests.local.platform import Platform
from tests.local.realtime.browser import (
    CREATED,
    Session,
    connected,
    created,
    publish,
    receive,
    receive_events,
    request,
    subject,
    table,
    visit,
)

OPEN = 200


def test_user_receives_only_their_own_events(platform: Platform) -> None:
    """Events of other users are not pushed, and the own event has the user as the API returns it."""
    token = platform.person("person")
    mine = created(subject(token))

    async def received(session: Session) -> Any:
        async with connected(session, token) as socket:
            publish(platform, created("another-subject"), created(), mine)
            return await receive(socket)

    message = visit(platform, received)
    user = {
        name: value for name, value in mine["data"]["user"].items() if name not in ("subject", "preferences")
    }

    assert message.pop("token").isdigit()
    assert {
        name: value for name, value in message["event"]["data"]["user"].items() if value is not None
    } == user
    assert message == {
        "type": "event",
        "event": {
            "id": mine["metadata"]["id"],
            "type": "user.created",
            "source": "strata.users",
            "correlationId": mine["metadata"]["correlationId"],
            "occurredAt": CREATED,
            "data": message["event"]["data"],
        },
    }


def test_administrator_receives_the_events_of_all_users(platform: Platform) -> None:
    """A token with the scope events/read receives every event, also of users who have never signed in."""
    others = [created("another-subject"), created()]

    async def received(session: Session) -> Any:
        async with connected(session, platform.admin) as socket:
            return set(await _all_of(socket, publish(platform, *others)))

    assert visit(platform, received) == {detail["metadata"]["id"] for detail in others}


def test_event_that_is_delivered_twice_is_pushed_once(platform: Platform) -> None:
    """The same event on the bus again, as after a replay, is not pushed."""
    token = platform.person("person")
    twice, last = created(subject(token)), created(subject(token))

    async def received(session: Session) -> Any:
        async with connected(session, token) as socket:
            (first,) = publish(platform, twice)
            received_first = await receive_events(socket, first)
            await _until_pushed(platform, first)
            _, final = publish(platform, twice, last)
            return received_first + await receive_events(socket, first, final)

    assert visit(platform, received) == [twice["metadata"]["id"], last["metadata"]["id"]]


def test_resume_delivers_missed_events(platform: Platform) -> None:
    """With the token of the last message, the later events are pushed, oldest first, and a new token."""
    token = platform.person("person")
    missed = [created(subject(token)) for _ in range(3)]

    async def away(session: Session) -> Any:
        async with connected(session, token) as socket:
            start = await request(socket, {"action": "resume"})
        ids: list[str] = []
        for detail in missed:
            ids += publish(platform, detail)
            await _until_pushed(platform, ids[-1])
        async with connected(session, token) as socket:
            await socket.send_json({"action": "resume", "token": start["token"]})
            messages = [await receive(socket)]
            while messages[-1]["type"] == "event":
                messages.append(await receive(socket))
            return start, ids, messages

    start, ids, messages = visit(platform, away)

    assert (start["type"], messages[-1]["type"]) == ("resumed", "resumed")
    assert int(messages[-1]["token"]) > int(start["token"])
    assert [each["event"]["id"] for each in messages[:-1] if each["event"]["id"] in ids] == ids


def test_every_open_connection_receives_the_event_and_a_lost_one_is_deleted(platform: Platform) -> None:
    """200 open connections receive one event, and a connection that no longer exists is deleted."""
    client: Any = platform.cloud.client("dynamodb")
    name = table(platform, "connections")
    gone = {"audience": {"S": "everything"}, "connectionId": {"S": "lost"}}
    client.put_item(TableName=name, Item={**gone, "openAt": {"N": str(int(time.time()) - 60)}})

    async def crowd(session: Session) -> Any:
        at_a_time = asyncio.Semaphore(8)

        async def enter(stack: AsyncExitStack) -> Any:
            async with at_a_time:
                return await stack.enter_async_context(connected(session, platform.admin))

        async with AsyncExitStack() as stack:
            sockets = await asyncio.gather(*(enter(stack) for _ in range(OPEN)))
            (event,) = publish(platform, created())
            return event, await asyncio.gather(*(receive_events(socket, event) for socket in sockets))

    event, found = visit(platform, crowd)

    assert found == [[event]] * OPEN
    deadline = time.monotonic() + 15
    while "Item" in client.get_item(TableName=name, Key=gone):
        assert time.monotonic() < deadline, "a lost connection is still stored"


async def _all_of(socket: Any, ids: list[str]) -> list[str]:
    """Receive all of these events, in any order."""
    found: list[str] = []
    while set(found) != set(ids):
        message = await receive(socket)
        if message["type"] == "event" and message["event"]["id"] in ids:
            found.append(message["event"]["id"])
    return found


async def _until_pushed(platform: Platform, event_id: str) -> None:
    client: Any = platform.cloud.client("dynamodb")
    key = {"id": {"S": f"push:{event_id}"}}
    deadline = time.monotonic() + 15
    while "Item" not in client.get_item(TableName=table(platform, "effects"), Key=key, ConsistentRead=True):
        assert time.monotonic() < deadline, "the event is not pushed"
        await asyncio.sleep(0.05)
