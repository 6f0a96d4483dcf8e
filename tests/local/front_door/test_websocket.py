"""WebSockets that the front door relays to a WebSocket API on a real port."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
import pytest
from aiohttp import WSMsgType

from local.front_door.origins import API_CONNECTIONS
from local.front_door.websocket import MESSAGE_BYTES
from local.machine.ports import free_port
from tests.local.front_door.upstream import GATEWAY, Gateway, front_door, with_gateway

SECONDS = 10


def test_handshake_is_forwarded_with_query_and_headers() -> None:
    """The path is the stage's, the query is unchanged, and each hop makes its own handshake."""

    async def visit(session: aiohttp.ClientSession, gateway: Gateway) -> Any:
        sent = {"Origin": "https://a.example", "User-Agent": "test"}
        async with session.ws_connect("/ws?ticket=a%2Bb&x=1", headers=sent) as socket:
            await socket.send_str("hello")
            return await socket.receive_str(timeout=SECONDS), gateway.seen

    reply, ((path, headers),) = with_gateway(visit)

    assert reply == "HELLO"
    assert path == f"{GATEWAY}/ws?ticket=a%2Bb&x=1"
    assert {name: headers[name] for name in ("origin", "user-agent", "x-forwarded-for", "upgrade")} == {
        "origin": "https://a.example",
        "user-agent": "test",
        "x-forwarded-for": "127.0.0.1",
        "upgrade": "websocket",
    }


def test_binary_messages_are_forwarded() -> None:
    """A binary message stays binary and unchanged in both directions."""

    async def visit(session: aiohttp.ClientSession, gateway: Gateway) -> Any:
        async with session.ws_connect("/ws") as socket:
            await socket.send_bytes(b"\x00\xff\x01")
            return await socket.receive_bytes(timeout=SECONDS)

    assert with_gateway(visit) == b"\x01\xff\x00"


@pytest.mark.parametrize("status", [401, 403, 500])
def test_refused_handshake_keeps_its_status(status: int) -> None:
    """The browser receives the status of the refused handshake."""

    async def visit(session: aiohttp.ClientSession, gateway: Gateway) -> Any:
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await session.ws_connect(f"/ws?refuse={status}")
        return refused.value.status

    assert with_gateway(visit) == status


def test_incomplete_handshake_returns_426() -> None:
    """A request that asks for a WebSocket without a handshake is not forwarded."""

    async def visit(session: aiohttp.ClientSession, gateway: Gateway) -> Any:
        headers = {"Connection": "upgrade", "Upgrade": "websocket"}
        async with session.get("/ws", headers=headers) as response:
            return response.status, await response.json(), gateway.seen

    assert with_gateway(visit) == (426, {"message": "Upgrade Required"}, [])


@pytest.mark.parametrize("code", [1000, 1001, 4321])
def test_close_of_the_gateway_reaches_the_browser(code: int) -> None:
    """The browser receives the close code of the gateway."""

    async def visit(session: aiohttp.ClientSession, gateway: Gateway) -> Any:
        async with session.ws_connect("/ws") as socket:
            await socket.send_str(f"close {code}")
            end = await socket.receive(timeout=SECONDS)
            return end.type, end.data

    assert with_gateway(visit) == (WSMsgType.CLOSE, code)


def test_broken_gateway_connection_closes_the_browser_side() -> None:
    """The browser receives close code 1001 when the connection to the gateway breaks."""

    async def visit(session: aiohttp.ClientSession, gateway: Gateway) -> Any:
        async with session.ws_connect("/ws") as socket:
            await socket.send_str("break")
            end = await socket.receive(timeout=SECONDS)
            return end.type, end.data

    assert with_gateway(visit) == (WSMsgType.CLOSE, 1001)


@pytest.mark.parametrize("code", [1000, 3000])
def test_close_of_the_browser_reaches_the_gateway(code: int) -> None:
    """The gateway receives the close code of the browser."""

    async def visit(session: aiohttp.ClientSession, gateway: Gateway) -> Any:
        async with session.ws_connect("/ws") as socket:
            await socket.close(code=code)
        return await asyncio.wait_for(gateway.closed.get(), SECONDS)

    assert with_gateway(visit) == code


def test_broken_browser_connection_closes_the_gateway_side() -> None:
    """The connection to the gateway is closed when the connection to the browser breaks."""

    async def visit(session: aiohttp.ClientSession, gateway: Gateway) -> Any:
        socket = await session.ws_connect("/ws")
        assert socket._response.connection is not None
        assert socket._response.connection.transport is not None
        socket._response.connection.transport.abort()
        await asyncio.wait_for(gateway.closed.get(), SECONDS)
        return True

    assert with_gateway(visit)


def test_message_within_the_limit_is_forwarded() -> None:
    """A message just below the limit of API Gateway is forwarded completely."""

    async def visit(session: aiohttp.ClientSession, gateway: Gateway) -> Any:
        async with session.ws_connect("/ws", max_msg_size=0) as socket:
            await socket.send_str("a" * (MESSAGE_BYTES - 1))
            return await socket.receive_str(timeout=SECONDS)

    assert with_gateway(visit) == "A" * (MESSAGE_BYTES - 1)


@pytest.mark.parametrize("message", ["a" * (MESSAGE_BYTES + 1), f"send {MESSAGE_BYTES + 1}"])
def test_message_beyond_the_limit_closes_the_connection(message: str) -> None:
    """A message above the limit closes both sides, whichever side sends it."""

    async def visit(session: aiohttp.ClientSession, gateway: Gateway) -> Any:
        async with session.ws_connect("/ws", max_msg_size=0) as socket:
            await socket.send_str(message)
            end = await socket.receive(timeout=SECONDS)
            await asyncio.wait_for(gateway.closed.get(), SECONDS)
            return end.type, end.data

    assert with_gateway(visit) == (WSMsgType.CLOSE, aiohttp.WSCloseCode.MESSAGE_TOO_BIG)


def test_websockets_do_not_use_the_request_pool() -> None:
    """With more WebSockets than pooled connections, API requests still get a response."""

    async def visit(session: aiohttp.ClientSession, gateway: Gateway) -> Any:
        sockets = [await session.ws_connect("/ws") for _ in range(4 * API_CONNECTIONS)]
        async with session.get("/api/health") as response:
            health = await response.text()
        for number, socket in enumerate(sockets):
            await socket.send_str(f"n{number}")
        echoes = [await socket.receive_str(timeout=SECONDS) for socket in sockets]
        await asyncio.gather(*(socket.close() for socket in sockets))
        return health, echoes

    health, echoes = with_gateway(visit)

    assert health == "ok"
    assert echoes == [f"N{number}" for number in range(4 * API_CONNECTIONS)]


def test_stopped_emulator_does_not_log_the_ticket(caplog: pytest.LogCaptureFixture) -> None:
    """The response is 502, and the log line does not contain the ticket."""

    async def run() -> int:
        async with front_door(f"http://127.0.0.1:{free_port()}") as (session, _):
            with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
                await session.ws_connect("/ws?ticket=hidden")
            return refused.value.status

    assert asyncio.run(run()) == 502
    assert [("hidden" in message, "\n" in message) for message in caplog.messages] == [(False, False)]
