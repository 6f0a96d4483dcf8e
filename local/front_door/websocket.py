"""The front door's WebSockets: each a connection to the browser and one to the emulator, tied together."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Any

from aiohttp import (
    ClientSession,
    ClientTimeout,
    ClientWebSocketResponse,
    ClientWSTimeout,
    DummyCookieJar,
    TCPConnector,
    WSCloseCode,
    WSMessage,
    WSMsgType,
    WSServerHandshakeError,
    web,
)
from multidict import CIMultiDict
from yarl import URL

MESSAGE_BYTES = 128 * 1024
"""API Gateway takes no longer message in either direction."""

HANDSHAKE_SECONDS = 65.0
"""Longest silence before a connection opens: its authorizer and its route have 29 seconds each."""

CLOSING_SECONDS = 2.0
"""What a side gets to confirm that it is closed."""

HANDSHAKE = "sec-websocket-"
"""How the headers begin that each handshake makes by itself."""

NO_REASON = (0, 1005)
"""How it reads that a side closed and gave no code (RFC 6455, 7.4.1); neither may be sent."""

_timeouts: Any = ClientWSTimeout
"""Its constructor is made by attrs, which type checkers do not follow here."""

Side = web.WebSocketResponse | ClientWebSocketResponse


@asynccontextmanager
async def connected() -> AsyncGenerator[ClientSession]:
    """Connections to the emulator without a limit: each lasts for hours, and has nothing to wait for."""
    async with ClientSession(
        connector=TCPConnector(limit=0),
        timeout=ClientTimeout(total=None, sock_connect=5, sock_read=HANDSHAKE_SECONDS),
        cookie_jar=DummyCookieJar(),
    ) as session:
        yield session


async def relay(
    request: web.BaseRequest, session: ClientSession, url: URL, headers: CIMultiDict[str]
) -> web.StreamResponse:
    """Let a browser and the WebSocket at `url` talk until either closes; a refusal keeps its status.

    Raises:
        ClientError, TimeoutError: where nobody answers at `url`.
    """
    # A close is passed on before it is confirmed: once it is, the browser is gone, and this task with it.
    own = web.WebSocketResponse(max_msg_size=MESSAGE_BYTES, timeout=CLOSING_SECONDS, autoclose=False)
    if not own.can_prepare(request):
        return _refusal(HTTPStatus.UPGRADE_REQUIRED)
    try:
        upstream = await session.ws_connect(
            url,
            headers=[(name, value) for name, value in headers.items() if not _is_of_handshake(name)],
            max_msg_size=MESSAGE_BYTES,
            autoclose=False,
            timeout=_timeouts(ws_close=CLOSING_SECONDS),
        )
    except WSServerHandshakeError as refused:
        return _refusal(HTTPStatus(refused.status))
    async with upstream:
        await own.prepare(request)
        await _tie(own, upstream)
    return own


async def _tie(own: web.WebSocketResponse, upstream: ClientWebSocketResponse) -> None:
    """Pass on what either side sends; when one ends, so does the other."""
    async with asyncio.TaskGroup() as ways:
        ways.create_task(_pass_on(own, upstream))
        ways.create_task(_pass_on(upstream, own))


async def _pass_on(sender: Side, receiver: Side) -> None:
    while True:
        message = await sender.receive()
        try:
            match message.type:
                case WSMsgType.TEXT:
                    await receiver.send_str(message.data)
                case WSMsgType.BINARY:
                    await receiver.send_bytes(message.data)
                case WSMsgType.CLOSING:
                    return  # the other way has ended, and is closing both sides
                case _:
                    code = _code(sender, message)
                    await receiver.close(code=code)
                    await sender.close(code=code)
                    return
        except ConnectionResetError:
            return  # the other way finds its end, and closes both sides


def _code(sender: Side, end: WSMessage) -> int:
    """Why a side ended, as the other may be told."""
    code = end.data if end.type is WSMsgType.CLOSE else sender.close_code
    if code in (None, WSCloseCode.ABNORMAL_CLOSURE):
        return WSCloseCode.GOING_AWAY
    return code if code not in NO_REASON else WSCloseCode.OK


def _is_of_handshake(name: str) -> bool:
    return name.lower().startswith(HANDSHAKE)


def _refusal(status: HTTPStatus) -> web.Response:
    """A refused handshake, in API Gateway's words."""
    return web.json_response({"message": status.phrase}, status=status)
