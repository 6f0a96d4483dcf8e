"""Being told: who hears of what, once each, all at the same time, and what was missed."""

from __future__ import annotations

import asyncio
import time
from contextlib import AsyncExitStack
from typing import Any

from tests.local.platform import Platform
from tests.local.realtime.browser import (
    CREATED,
    Session,
    answer,
    connected,
    created,
    heard,
    news,
    publish,
    subject,
    table,
    visit,
)

OPEN = 200


def test_person_hears_of_their_own_user_alone(platform: Platform) -> None:
    """Somebody else's event never comes, and one's own says what the API would say."""
    token = platform.person("person")
    mine = created(subject(token))

    async def told(session: Session) -> Any:
        async with connected(session, token) as socket:
            publish(platform, created("somebody-else"), created(), mine)
            return await heard(socket)

    message = visit(platform, told)
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


def test_administrator_hears_of_everyone(platform: Platform) -> None:
    """Whose token has the scope events/read is told of every event, also of those about nobody's sign-in."""
    others = [created("somebody"), created()]

    async def told(session: Session) -> Any:
        async with connected(session, platform.admin) as socket:
            return set(await _all_of(socket, publish(platform, *others)))

    assert visit(platform, told) == {detail["metadata"]["id"] for detail in others}


def test_event_that_comes_twice_is_told_once(platform: Platform) -> None:
    """The same event on the bus again, as a replay puts it there, reaches nobody."""
    token = platform.person("person")
    twice, last = created(subject(token)), created(subject(token))

    async def told(session: Session) -> Any:
        async with connected(session, token) as socket:
            (first,) = publish(platform, twice)
            heard_first = await news(socket, first)
            await _until_pushed(platform, first)
            _, final = publish(platform, twice, last)
            return heard_first + await news(socket, first, final)

    assert visit(platform, told) == [twice["metadata"]["id"], last["metadata"]["id"]]


def test_who_was_away_is_told_what_they_missed(platform: Platform) -> None:
    """With the token of the last message comes what happened since, oldest first, and a new token."""
    token = platform.person("person")
    missed = [created(subject(token)) for _ in range(3)]

    async def away(session: Session) -> Any:
        async with connected(session, token) as socket:
            stand = await answer(socket, {"action": "resume"})
        ids: list[str] = []
        for detail in missed:
            ids += publish(platform, detail)
            await _until_pushed(platform, ids[-1])
        async with connected(session, token) as socket:
            await socket.send_json({"action": "resume", "token": stand["token"]})
            messages = [await heard(socket)]
            while messages[-1]["type"] == "event":
                messages.append(await heard(socket))
            return stand, ids, messages

    stand, ids, messages = visit(platform, away)

    assert (stand["type"], messages[-1]["type"]) == ("resumed", "resumed")
    assert int(messages[-1]["token"]) > int(stand["token"])
    assert [each["event"]["id"] for each in messages[:-1] if each["event"]["id"] in ids] == ids


def test_everyone_connected_is_told_and_who_vanished_is_forgotten(platform: Platform) -> None:
    """Two hundred open connections get one event, and a connection that is no more is removed."""
    client: Any = platform.cloud.client("dynamodb")
    name = table(platform, "connections")
    gone = {"audience": {"S": "everything"}, "connectionId": {"S": "vanished"}}
    client.put_item(TableName=name, Item={**gone, "openAt": {"N": str(int(time.time()) - 60)}})

    async def crowd(session: Session) -> Any:
        at_a_time = asyncio.Semaphore(8)

        async def enter(stack: AsyncExitStack) -> Any:
            async with at_a_time:
                return await stack.enter_async_context(connected(session, platform.admin))

        async with AsyncExitStack() as stack:
            sockets = await asyncio.gather(*(enter(stack) for _ in range(OPEN)))
            (event,) = publish(platform, created())
            return event, await asyncio.gather(*(news(socket, event) for socket in sockets))

    event, told = visit(platform, crowd)

    assert told == [[event]] * OPEN
    deadline = time.monotonic() + 15
    while "Item" in client.get_item(TableName=name, Key=gone):
        assert time.monotonic() < deadline, "a vanished connection is still known"


async def _all_of(socket: Any, ids: list[str]) -> list[str]:
    """All of these events, in whatever order they come."""
    found: list[str] = []
    while set(found) != set(ids):
        message = await heard(socket)
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
