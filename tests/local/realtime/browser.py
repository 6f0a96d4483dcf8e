"""A browser's requests to the WebSocket API, and the events that it receives."""

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


def visit(platform: Platform, work: Callable[[Session], Awaitable[Any]]) -> Any:
    """Run a coroutine with a session whose base URL is the front door, and return its result."""

    async def run() -> Any:
        connector = aiohttp.TCPConnector(limit=0)
        headers = {"Origin": platform.url}
        async with aiohttp.ClientSession(platform.url, connector=connector, headers=headers) as session:
            return await asyncio.wait_for(work(session), 120)

    return asyncio.run(run())


async def ticket(session: Session, token: str) -> str:
    """Return a new ticket for the owner of a token."""
    async with session.post("/api/realtime/ticket", headers={"Authorization": f"Bearer {token}"}) as response:
        assert response.status == 201, await response.text()
        return (await response.json())["ticket"]


@asynccontextmanager
async def connected(session: Session, token: str) -> AsyncIterator[Socket]:
    """Yield an open connection for the owner of a token."""
    async with session.ws_connect("/ws", params={"ticket": await ticket(session, token)}) as socket:
        yield socket


async def handshake(session: Session, **query: str) -> int:
    """Return the status of a handshake; 101 if it succeeds."""
    try:
        async with session.ws_connect("/ws", params=query):
            return 101
    except aiohttp.WSServerHandshakeError as error:
        return error.status


async def receive(socket: Socket) -> Any:
    """Return the next message."""
    return await socket.receive_json(timeout=SECONDS)


async def request(socket: Socket, message: Any) -> Any:
    """Send a message and return the response; text is sent as it is."""
    await socket.send_str(message if isinstance(message, str) else json.dumps(message))
    return await receive(socket)


async def receive_events(socket: Socket, *ids: str) -> list[str]:
    """Receive messages until the last of these events; return the ids of those that were received."""
    found: list[str] = []
    while ids[-1] not in found:
        message = await receive(socket)
        if message["type"] == "event" and message["event"]["id"] in ids:
            found.append(message["event"]["id"])
    return found


def subject(token: str) -> str:
    """Return the subject of a token."""
    payload = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))["sub"]


def created(of: str | None = None, name: str = "Ada") -> dict[str, Any]:
    """Return the detail of the event of a new user, whose sign-in has the subject `of`."""
    user = {
        "id": str(uuid4()),
        "email": "ada@example.org",
        "name": name,
        "status": "active",
        "createdAt": CREATED,
        "updatedAt": CREATED,
        "version": 1,
        "phoneVerified": False,
        "preferences": {"email": False, "sms": False},
    }
    return {
        "metadata": {
            "id": f"user.created:{user['id']}:1",
            "correlationId": f"test-{uuid4().hex}",
            "occurredAt": CREATED,
            "actor": "another-subject",
        },
        "data": {"user": {**user, "subject": of} if of else user},
    }


def publish(platform: Platform, *details: dict[str, Any]) -> list[str]:
    """Put events on the bus one after the other, and return their ids."""
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
    """Return the physical name of one of the stack's tables."""
    names: list[str] = platform.cloud.client("dynamodb").list_tables()["TableNames"]
    (found,) = [each for each in names if f"-{name}-" in each]
    return found
