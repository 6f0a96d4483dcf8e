"""The front door's WebSockets, before a small gateway on a real port."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import WSMsgType, web

from local.front_door.proxy import UPSTREAM_CONNECTIONS, FrontDoor
from local.front_door.websocket import MESSAGE_BYTES
from local.machine.ports import free_port
from tests.local.test_edge import serving

GATEWAY = "/_aws/execute-api/abc123"
SECONDS = 10


@dataclass
class Gateway:
    """An upstream that takes tickets, echoes, closes when told to, and tells how its visitors left."""

    seen: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    left: asyncio.Queue[int | None] = field(default_factory=asyncio.Queue)

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_get(f"{GATEWAY}/ws", self.socket)
        app.router.add_get(f"{GATEWAY}/api/health", self.health)
        return app

    async def health(self, request: web.Request) -> web.Response:
        return web.Response(text="ok")

    async def socket(self, request: web.Request) -> web.StreamResponse:
        self.seen.append((request.raw_path, {name.lower(): value for name, value in request.headers.items()}))
        if "refuse" in request.query:
            return web.json_response({"message": "no"}, status=int(request.query["refuse"]))
        own = web.WebSocketResponse()
        await own.prepare(request)
        async for message in own:
            if message.type is WSMsgType.BINARY:
                await own.send_bytes(message.data[::-1])
            elif message.data.startswith("close "):
                await own.close(code=int(message.data.split()[1]))
            elif message.data == "break":
                assert request.transport is not None
                request.transport.abort()
            elif message.data.startswith("send "):
                await own.send_str("x" * int(message.data.split()[1]))
            else:
                await own.send_str(message.data.upper())
        self.left.put_nowait(own.close_code)
        return own


Visit = Callable[[aiohttp.ClientSession, Gateway], Awaitable[Any]]


def at_the_door(tmp_path: Path, visit: Visit, outputs: str | None = None) -> Any:
    """What the visit answers, made with a session whose base is the front door, the gateway behind it."""

    async def run() -> Any:
        gateway, port = Gateway(), free_port()
        told = tmp_path / "outputs.json"
        async with serving(gateway.app()) as upstream, FrontDoor(told).listening(port):
            addresses = {
                "apiUrl": f"{upstream}{GATEWAY}/api",
                "webSocketUrl": f"ws{upstream.removeprefix('http')}{GATEWAY}/ws",
            }
            told.write_text(json.dumps(addresses) if outputs is None else outputs)
            connector = aiohttp.TCPConnector(limit=0)
            async with aiohttp.ClientSession(f"http://127.0.0.1:{port}", connector=connector) as session:
                return await asyncio.wait_for(visit(session, gateway), 30)

    return asyncio.run(run())


def test_handshake_reaches_the_stage_with_its_query_and_headers(tmp_path: Path) -> None:
    """The path is the stage's, the query is as it was sent, and each hop makes its own handshake."""

    async def visit(session: aiohttp.ClientSession, gateway: Gateway) -> Any:
        sent = {"Origin": "https://a.example", "User-Agent": "test"}
        async with session.ws_connect("/ws?ticket=a%2Bb&x=1", headers=sent) as socket:
            await socket.send_str("hello")
            return await socket.receive_str(timeout=SECONDS), gateway.seen

    answer, ((path, headers),) = at_the_door(tmp_path, visit)

    assert answer == "HELLO"
    assert path == f"{GATEWAY}/ws?ticket=a%2Bb&x=1"
    assert {name: headers[name] for name in ("origin", "user-agent", "x-forwarded-for", "upgrade")} == {
        "origin": "https://a.example",
        "user-agent": "test",
        "x-forwarded-for": "127.0.0.1",
        "upgrade": "websocket",
    }


def test_bytes_pass_as_bytes_in_both_directions(tmp_path: Path) -> None:
    """A binary frame stays one, and its content is not touched."""

    async def visit(session: aiohttp.ClientSession, gateway: Gateway) -> Any:
        async with session.ws_connect("/ws") as socket:
            await socket.send_bytes(b"\x00\xff\x01")
            return await socket.receive_bytes(timeout=SECONDS)

    assert at_the_door(tmp_path, visit) == b"\x01\xff\x00"


@pytest.mark.parametrize("status", [401, 403, 500])
def test_refused_handshake_keeps_its_status(tmp_path: Path, status: int) -> None:
    """The browser learns that it was refused, and how."""

    async def visit(session: aiohttp.ClientSession, gateway: Gateway) -> Any:
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await session.ws_connect(f"/ws?refuse={status}")
        return refused.value.status

    assert at_the_door(tmp_path, visit) == status


def test_plain_request_is_told_to_upgrade(tmp_path: Path) -> None:
    """What is no handshake never gets past the door."""

    async def visit(session: aiohttp.ClientSession, gateway: Gateway) -> Any:
        async with session.get("/ws") as answer:
            return answer.status, await answer.json(), gateway.seen

    assert at_the_door(tmp_path, visit) == (426, {"message": "Upgrade Required"}, [])


@pytest.mark.parametrize(("code", "told"), [(1000, 1000), (1001, 1001), (4321, 4321)])
def test_gateway_s_close_reaches_the_browser(tmp_path: Path, code: int, told: int) -> None:
    """The code is the gateway's."""

    async def visit(session: aiohttp.ClientSession, gateway: Gateway) -> Any:
        async with session.ws_connect("/ws") as socket:
            await socket.send_str(f"close {code}")
            end = await socket.receive(timeout=SECONDS)
            return end.type, end.data

    assert at_the_door(tmp_path, visit) == (WSMsgType.CLOSE, told)


def test_gateway_that_breaks_off_closes_the_browser_s_side(tmp_path: Path) -> None:
    """Nobody is left waiting on half a connection."""

    async def visit(session: aiohttp.ClientSession, gateway: Gateway) -> Any:
        async with session.ws_connect("/ws") as socket:
            await socket.send_str("break")
            end = await socket.receive(timeout=SECONDS)
            return end.type, end.data

    assert at_the_door(tmp_path, visit) == (WSMsgType.CLOSE, 1001)


@pytest.mark.parametrize("code", [1000, 3000])
def test_browser_s_close_reaches_the_gateway(tmp_path: Path, code: int) -> None:
    """The gateway hears why the browser left."""

    async def visit(session: aiohttp.ClientSession, gateway: Gateway) -> Any:
        async with session.ws_connect("/ws") as socket:
            await socket.close(code=code)
        return await asyncio.wait_for(gateway.left.get(), SECONDS)

    assert at_the_door(tmp_path, visit) == code


def test_browser_that_vanishes_closes_the_gateway_s_side(tmp_path: Path) -> None:
    """A connection that is cut, not closed, is not kept open behind the door."""

    async def visit(session: aiohttp.ClientSession, gateway: Gateway) -> Any:
        socket = await session.ws_connect("/ws")
        assert socket._response.connection is not None
        assert socket._response.connection.transport is not None
        socket._response.connection.transport.abort()
        await asyncio.wait_for(gateway.left.get(), SECONDS)
        return True

    assert at_the_door(tmp_path, visit)


def test_message_within_the_gateway_s_limit_passes(tmp_path: Path) -> None:
    """The longest message that API Gateway takes arrives whole."""

    async def visit(session: aiohttp.ClientSession, gateway: Gateway) -> Any:
        async with session.ws_connect("/ws", max_msg_size=0) as socket:
            await socket.send_str("a" * (MESSAGE_BYTES - 1))
            return await socket.receive_str(timeout=SECONDS)

    assert at_the_door(tmp_path, visit) == "A" * (MESSAGE_BYTES - 1)


@pytest.mark.parametrize("message", ["a" * (MESSAGE_BYTES + 1), f"send {MESSAGE_BYTES + 1}"])
def test_message_beyond_the_gateway_s_limit_ends_the_connection(tmp_path: Path, message: str) -> None:
    """Whichever side sends it, both are closed and neither has to hold it."""

    async def visit(session: aiohttp.ClientSession, gateway: Gateway) -> Any:
        async with session.ws_connect("/ws", max_msg_size=0) as socket:
            await socket.send_str(message)
            end = await socket.receive(timeout=SECONDS)
            await asyncio.wait_for(gateway.left.get(), SECONDS)
            return end.type, end.data

    assert at_the_door(tmp_path, visit) == (WSMsgType.CLOSE, aiohttp.WSCloseCode.MESSAGE_TOO_BIG)


def test_open_sockets_leave_the_api_s_connections_alone(tmp_path: Path) -> None:
    """Far more WebSockets than the emulator gets requests at a time, and a request is answered."""

    async def visit(session: aiohttp.ClientSession, gateway: Gateway) -> Any:
        sockets = [await session.ws_connect("/ws") for _ in range(4 * UPSTREAM_CONNECTIONS)]
        async with session.get("/api/health") as answer:
            health = await answer.text()
        for number, socket in enumerate(sockets):
            await socket.send_str(f"n{number}")
        echoes = [await socket.receive_str(timeout=SECONDS) for socket in sockets]
        await asyncio.gather(*(socket.close() for socket in sockets))
        return health, echoes

    health, echoes = at_the_door(tmp_path, visit)

    assert health == "ok"
    assert echoes == [f"N{number}" for number in range(4 * UPSTREAM_CONNECTIONS)]


@pytest.mark.parametrize(
    "outputs", ["{}", "[]", '{"webSocketUrl": 5}', '{"apiUrl": "http://127.0.0.1:1/api"}']
)
def test_without_a_websocket_api_the_door_says_so(tmp_path: Path, outputs: str) -> None:
    """A stack without one, and outputs that cannot be read, are a 503 that says what to do."""

    async def visit(session: aiohttp.ClientSession, gateway: Gateway) -> Any:
        async with session.get("/ws") as answer:
            return answer.status, (await answer.json())["detail"]

    assert at_the_door(tmp_path, visit, outputs) == (503, "Nothing is deployed yet: run make up.")


def test_dead_emulator_is_a_problem_that_keeps_the_ticket(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A 502 names the emulator, and no log line holds the ticket."""
    dead = f"http://127.0.0.1:{free_port()}"

    async def visit(session: aiohttp.ClientSession, gateway: Gateway) -> Any:
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await session.ws_connect("/ws?ticket=hidden")
        return refused.value.status

    outputs = json.dumps({"webSocketUrl": f"ws{dead.removeprefix('http')}{GATEWAY}/ws"})

    assert at_the_door(tmp_path, visit, outputs) == 502
    assert len(caplog.messages) == 1
    assert "hidden" not in caplog.text
