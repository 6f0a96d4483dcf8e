"""The relay of WebSockets: each joins a connection to the browser and one to the emulator."""

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
"""API Gateway's limit of a message, in both directions."""

HANDSHAKE_SECONDS = 65.0
"""Read timeout of a handshake: the authorizer and the $connect route have 29 seconds each."""

CLOSING_SECONDS = 2.0
"""The time for a side to confirm that it is closed."""

HANDSHAKE = "sec-websocket-"
"""The prefix of the headers that each handshake sets itself."""

NO_REASON = (0, 1005)
"""The codes of a close without a code (RFC 6455, 7.4.1); neither may be sent."""

_timeouts: Any = ClientWSTimeout
"""Typed as Any: attrs generates the constructor, which type checkers do not see here."""

Side = web.WebSocketResponse | ClientWebSocketResponse


@asynccontextmanager
async def connected() -> AsyncGenerator[ClientSession]:
    """Open a session without a connection limit, because WebSockets stay open for hours."""
    async with ClientSession(
        connector=TCPConnector(limit=0),
        timeout=ClientTimeout(total=None, sock_connect=5, sock_read=HANDSHAKE_SECONDS),
        cookie_jar=DummyCookieJar(),
    ) as session:
        yield session


async def relay(
    request: web.BaseRequest, session: ClientSession, url: URL, headers: CIMultiDict[str]
) -> web.StreamResponse:
    """Relay messages between the browser and the WebSocket at `url` until either side closes.

    A handshake that the emulator refuses returns the emulator's status.

    Raises:
        ClientError, TimeoutError: if the emulator does not respond.
    """
    # Forwarded before it is confirmed: the confirmation disconnects the browser and cancels this task.
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
        await _join(own, upstream)
    return own


async def _join(own: web.WebSocketResponse, upstream: ClientWebSocketResponse) -> None:
    """Forward messages in both directions; when one side closes, close the other."""
    async with asyncio.TaskGroup() as directions:
        directions.create_task(_pass_on(own, upstream))
        directions.create_task(_pass_on(upstream, own))


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
                    return  # The other direction has ended and closes both sides.
                case _:
                    code = _code(sender, message)
                    await receiver.close(code=code)
                    await sender.close(code=code)
                    return
        except ConnectionResetError:
            return  # The other direction notices it and closes both sides.


def _code(sender: Side, end: WSMessage) -> int:
    """Return the close code to send to the other side."""
    code = end.data if end.type is WSMsgType.CLOSE else sender.close_code
    if code in (None, WSCloseCode.ABNORMAL_CLOSURE):
        return WSCloseCode.GOING_AWAY
    return code if code not in NO_REASON else WSCloseCode.OK


def _is_of_handshake(name: str) -> bool:
    return name.lower().startswith(HANDSHAKE)


def _refusal(status: HTTPStatus) -> web.Response:
    """Return the response to a refused handshake, in API Gateway's format."""
    return web.json_response({"message": status.phrase}, status=status)
