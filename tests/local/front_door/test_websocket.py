"""WebSockets that the front door relays to a WebSocket API on a real port."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import WSMsgType

from local.front_door.proxy import UPSTREAM_CONNECTIONS
from local.front_door.websocket import MESSAGE_BYTES
from local.machine.ports import free_port
from tests.local.front_door.upstream import GATEWAY, Gateway, with_gateway

SECONDS = 10


def test_handshake_is_forwarded_with_query_and_headers(tmp_path: Path) -> None:
    """The path is the stage's, the query is unchanged, and each hop makes its own handshake."""

    async def visit(session: aiohttp.ClientSession, gateway: Gateway) -> Any:
        sent = {"Origin": "https://a.example", "User-Agent": "test"}
        async with session.ws_connect("/ws?ticket=a%2Bb&x=1", headers=sent) as socket:
            await socket.send_str("hello")
            return await socket.receive_str(timeout=SECONDS), gateway.seen

    reply, ((path, headers),) = with_gateway(tmp_path, visit)

    assert reply == "HELLO"
    assert path == f"{GATEWAY}/ws?ticket=a%2Bb&x=1"
    assert {name: headers[name] for name in ("origin", "user-agent", "x-forwarded-for", "upgrade")} == {
        "origin": "https://a.example",
        "user-agent": "test",
        "x-forwarded-for": "127.0.0.1",
        "upgrade": "websocket",
    }


def test_binary_messages_are_forwarded(tmp_path: Path) -> None:
    """A binary message stays binary and unchanged in both directions."""

    async def visit(session: aiohttp.ClientSession, gateway: Gateway) -> Any:
        async with session.ws_connect("/ws") as socket:
            await socket.send_bytes(b"\x00\xff\x01")
            return await socket.receive_bytes(timeout=SECONDS)

    assert with_gateway(tmp_path, visit) == b"\x01\xff\x00"


@pytest.mark.parametrize("status", [401, 403, 500])
def test_refused_handshake_keeps_its_status(tmp_path: Path, status: int) -> None:
    """The browser receives the status of the refused handshake."""

    async def visit(session: aiohttp.ClientSession, gateway: Gateway) -> Any:
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await session.ws_connect(f"/ws?refuse={status}")
        return refused.value.status

    assert with_gateway(tmp_path, visit) == status


def test_plain_request_returns_426(tmp_path: Path) -> None:
    """A request without a handshake is not forwarded."""

    async def visit(session: aiohttp.ClientSession, gateway: Gateway) -> Any:
        async with session.get("/ws") as response:
            return response.status, await response.json(), gateway.seen

    assert with_gateway(tmp_path, visit) == (426, {"message": "Upgrade Required"}, [])


@pytest.mark.parametrize("code", [1000, 1001, 4321])
def test_close_of_the_gateway_reaches_the_browser(tmp_path: Path, code: int) -> None:
    """The browser receives the close code of the gateway."""

    async def visit(session: aiohttp.ClientSession, gateway: Gateway) -> Any:
        async with session.ws_connect("/ws") as socket:
            await socket.send_str(f"close {code}")
            end = await socket.receive(timeout=SECONDS)
            return end.type, end.data

    assert with_gateway(tmp_path, visit) == (WSMsgType.CLOSE, code)


def test_broken_gateway_connection_closes_the_browser_side(tmp_path: Path) -> None:
    """The browser receives close code 1001 when the connection to the gateway breaks."""

    async def visit(session: aiohttp.ClientSession, gateway: Gateway) -> Any:
        async with session.ws_connect("/ws") as socket:
            await socket.send_str("break")
            end = await socket.receive(timeout=SECONDS)
            return end.type, end.data

    assert with_gateway(tmp_path, visit) == (WSMsgType.CLOSE, 1001)


@pytest.mark.parametrize("code", [1000, 3000])
def test_close_of_the_browser_reaches_the_gateway(tmp_path: Path, code: int) -> None:
    """The gateway receives the close code of the browser."""

    async def visit(session: aiohttp.ClientSession, gateway: Gateway) -> Any:
        async with session.ws_connect("/ws") as socket:
            await socket.close(code=code)
        return await asyncio.wait_for(gateway.closed.get(), SECONDS)

    assert with_gateway(tmp_path, visit) == code


def test_broken_browser_connection_closes_the_gateway_side(tmp_path: Path) -> None:
    """The connection to the gateway is closed when the connection to the browser breaks."""

    async def visit(session: aiohttp.ClientSession, gateway: Gateway) -> Any:
        socket = await session.ws_connect("/ws")
        assert socket._response.connection is not None
        assert socket._response.connection.transport is not None
        socket._response.connection.transport.abort()
        await asyncio.wait_for(gateway.closed.get(), SECONDS)
        return True

    assert with_gateway(tmp_path, visit)


def test_message_within_the_limit_is_forwarded(tmp_path: Path) -> None:
    """A message just below the limit of API Gateway is forwarded completely."""

    async def visit(session: aiohttp.ClientSession, gateway: Gateway) -> Any:
        async with session.ws_connect("/ws", max_msg_size=0) as socket:
            await socket.send_str("a" * (MESSAGE_BYTES - 1))
            return await socket.receive_str(timeout=SECONDS)

    assert with_gateway(tmp_path, visit) == "A" * (MESSAGE_BYTES - 1)


@pytest.mark.parametrize("message", ["a" * (MESSAGE_BYTES + 1), f"send {MESSAGE_BYTES + 1}"])
def test_message_beyond_the_limit_closes_the_connection(tmp_path: Path, message: str) -> None:
    """A message above the limit closes both sides, whichever side sends it."""

    async def visit(session: aiohttp.ClientSession, gateway: Gateway) -> Any:
        async with session.ws_connect("/ws", max_msg_size=0) as socket:
            await socket.send_str(message)
            end = await socket.receive(timeout=SECONDS)
            await asyncio.wait_for(gateway.closed.get(), SECONDS)
            return end.type, end.data

    assert with_gateway(tmp_path, visit) == (WSMsgType.CLOSE, aiohttp.WSCloseCode.MESSAGE_TOO_BIG)


def test_websockets_do_not_use_the_request_pool(tmp_path: Path) -> None:
    """With more WebSockets than pooled connections, API requests still get a response."""

    async def visit(session: aiohttp.ClientSession, gateway: Gateway) -> Any:
        sockets = [await session.ws_connect("/ws") for _ in range(4 * UPSTREAM_CONNECTIONS)]
        async with session.get("/api/health") as response:
            health = await response.text()
        for number, socket in enumerate(sockets):
            await socket.send_str(f"n{number}")
        echoes = [await socket.receive_str(timeout=SECONDS) for socket in sockets]
        await asyncio.gather(*(socket.close() for socket in sockets))
        return health, echoes

    health, echoes = with_gateway(tmp_path, visit)

    assert health == "ok"
    assert echoes == [f"N{number}" for number in range(4 * UPSTREAM_CONNECTIONS)]


@pytest.mark.parametrize(
    "outputs", ["{}", "[]", '{"webSocketUrl": 5}', '{"apiUrl": "http://127.0.0.1:1/api"}']
)
def test_websocket_before_a_deployment_returns_503(tmp_path: Path, outputs: str) -> None:
    """Without a usable WebSocket URL in the outputs, the error states what to run."""

    async def visit(session: aiohttp.ClientSession, gateway: Gateway) -> Any:
        async with session.get("/ws") as response:
            return response.status, (await response.json())["detail"]

    assert with_gateway(tmp_path, visit, outputs) == (503, "Nothing is deployed yet: run make up.")


def test_stopped_emulator_does_not_log_the_ticket(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The response is 502, and the log line does not contain the ticket."""
    dead = f"http://127.0.0.1:{free_port()}"

    async def visit(session: aiohttp.ClientSession, gateway: Gateway) -> Any:
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await session.ws_connect("/ws?ticket=hidden")
        return refused.value.status

    outputs = json.dumps({"webSocketUrl": f"ws{dead.removeprefix('http')}{GATEWAY}/ws"})

    assert with_gateway(tmp_path, visit, outputs) == 502
    assert len(caplog.messages) == 1
    assert "hidden" not in caplog.text
