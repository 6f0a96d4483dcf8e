"""The WebSocket: tickets are redeemed by the platform's own code, events are kept for resuming."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from aiohttp import WSMsgType, web

from handlers.realtime.tickets import redeem
from tests.browser.stand_in.api import Pushed
from tests.browser.stand_in.sessions import Sessions


@dataclass(eq=False)
class Connection:
    """An open connection of a session."""

    socket: web.WebSocketResponse
    session_id: str
    audience: str


class Realtime:
    """Every open connection, and the events so far."""

    def __init__(self, sessions: Sessions) -> None:
        self.sessions = sessions
        self._connections: set[Connection] = set()
        self._owners: dict[str, str] = {}
        self._past: list[tuple[int, Pushed]] = []

    def issued(self, body: bytes, session_id: str) -> None:
        """Remember whose ticket it is, to close the connection with the session."""
        self._owners[json.loads(body)["ticket"]] = session_id

    async def connect(self, request: web.Request) -> web.StreamResponse:
        """Open a connection for a ticket, from a page of this origin."""
        if request.headers.get("Origin") != str(request.url.origin()):
            return web.Response(status=403)
        ticket = request.query.get("ticket")
        if ticket is None:
            return web.Response(status=401)
        principal = redeem(ticket)
        if principal is None:
            return web.Response(status=403)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        connection = Connection(socket, self._owners.pop(ticket, ""), principal.audience)
        self._connections.add(connection)
        try:
            async for message in socket:
                if message.type == WSMsgType.TEXT:
                    await self._respond(connection, json.loads(message.data))
        finally:
            self._connections.discard(connection)
        return socket

    async def _respond(self, connection: Connection, message: dict[str, Any]) -> None:
        if message["action"] == "ping":
            await connection.socket.send_json({"type": "pong"})
        if message["action"] == "resume":
            since = message.get("token")
            for token, pushed in self._past:
                if since and token > int(since) - 10_000 and connection.audience in pushed.audiences:
                    await connection.socket.send_json(_message(token, pushed))
            await connection.socket.send_json({"type": "resumed", "token": str(_now())})

    async def push(self, changes: Iterable[Pushed]) -> None:
        """Send events to their audiences."""
        for pushed in changes:
            token = _now()
            self._past.append((token, pushed))
            for each in [each for each in self._connections if each.audience in pushed.audiences]:
                await each.socket.send_json(_message(token, pushed))

    async def close(self, session_ids: set[str]) -> None:
        """Close the connections of sessions."""
        for each in [each for each in self._connections if each.session_id in session_ids]:
            await each.socket.close()


def _message(token: int, pushed: Pushed) -> dict[str, Any]:
    return {"type": "event", "token": str(token), "event": pushed.event}


def _now() -> int:
    return time.time_ns() // 1_000_000
