"""A browser as the WebSocket API sees it, and the events that it waits for."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import aiohttp

from tests.local.platform import Platform

SECONDS = 15.0
CREATED = "2026-11-21T13:52:00.714Z"

Session = aiohttp.ClientSession
Socket = aiohttp.ClientWebSocketResponse


def visit(platform: Platform, what: Callable[[Session], Awaitable[Any]]) -> Any:
    """What the visit answers, made with a session whose base is the front door."""

    async def run() -> Any:
        connector = aiohttp.TCPConnector(limit=0)
        async with aiohttp.ClientSession(platform.url, connector=connector) as session:
            return await asyncio.wait_for(what(session), 120)

    return asyncio.run(run())


async def ticket(session: Session, token: str) -> str:
    """A new ticket for the holder of a token."""
    async with session.post("/api/realtime/ticket", headers={"Authorization": f"Bearer {token}"}) as answer:
        assert answer.status == 201, await answer.text()
        return (await answer.json())["ticket"]


@asynccontextmanager
async def connected(session: Session, token: str) -> AsyncIterator[Socket]:
    """An open connection for the holder of a token."""
    async with session.ws_connect("/ws", params={"ticket": await ticket(session, token)}) as socket:
        yield socket


async def refused(session: Session, **query: str) -> int:
    """The status with which a handshake is refused."""
    try:
        async with session.ws_connect("/ws", params=query):
            return 101
    except aiohttp.WSServerHandshakeError as refusal:
        return refusal.status


async def heard(socket: Socket) -> Any:
    """The next message."""
    return await socket.receive_json(timeout=SECONDS)


async def answer(socket: Socket, message: Any) -> Any:
    """What comes back for a message; text is sent as it is."""
    await socket.send_str(message if isinstance(message, str) else json.dumps(message))
    return await heard(socket)


async def news(socket: Socket, *ids: str) -> list[str]:
    """The ids of the next events, up to and with the last of these; those of other tests do not count."""
    found: list[str] = []
    while ids[-1] not in found:
        message = await heard(socket)
        if message["type"] == "event" and message["event"]["id"] in ids:
            found.append(message["event"]["id"])
    return found


def subject(token: str) -> str:
    """Whose token it is."""
    payload = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))["sub"]


def created(of: str | None = None, name: str = "Ada") -> dict[str, Any]:
    """The detail of an event: a user is there, who has signed in as the subject `of`."""
    user = {
        "id": str(uuid4()),
        "email": "ada@example.org",
        "name": name,
        "status": "active",
        "createdAt": CREATED,
        "updatedAt": CREATED,
        "version": 1,
        "preferences": {"email": False, "sms": False},
    }
    return {
        "metadata": {
            "id": f"user.created:{user['id']}:1",
            "correlationId": f"test-{uuid4().hex}",
            "occurredAt": CREATED,
            "actor": "somebody",
        },
        "data": {"user": {**user, "subject": of} if of else user},
    }


def publish(platform: Platform, *details: dict[str, Any]) -> list[str]:
    """Put events on the bus one after the other; their ids."""
    events: Any = platform.cloud.client("events")
    for detail in details:
        entry = {
            "EventBusName": platform.outputs["eventBus"],
            "Source": "strata.users",
            "DetailType": "user.created",
            "Detail": json.dumps(detail),
        }
        assert events.put_events(Entries=[entry])["FailedEntryCount"] == 0
    return [detail["metadata"]["id"] for detail in details]


def table(platform: Platform, name: str) -> str:
    """The physical name of one of the stack's tables."""
    names: list[str] = platform.cloud.client("dynamodb").list_tables()["TableNames"]
    (found,) = [each for each in names if f"-{name}-" in each]
    return found
