"""A small API and a small WebSocket API behind a front door, all on real ports."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import WSMsgType, web

from local.front_door.proxy import Proxy
from local.front_door.server import CONNECTIONS, HEADER_BYTES
from local.machine.ports import free_port

GATEWAY = "/_aws/execute-api/abc123"
STAGE = f"{GATEWAY}/api"


@dataclass
class Api:
    """An API that returns the requests it received, and counts concurrent ones."""

    active: int = 0
    most: int = 0
    received: int = 0
    cancelled: asyncio.Event = field(default_factory=asyncio.Event)

    def app(self) -> web.Application:
        app = web.Application(client_max_size=16 * 1024 * 1024)
        app.router.add_route("*", f"{STAGE}/slow", self.slow)
        app.router.add_route("*", f"{STAGE}/forever", self.forever)
        app.router.add_route("*", f"{STAGE}/half", self.half)
        app.router.add_route("*", f"{STAGE}/nothing", self.nothing)
        app.router.add_route("*", f"{STAGE}/large", self.large)
        app.router.add_route("*", f"{STAGE}/packed", self.packed)
        app.router.add_route("*", "/{path:.*}", self.echo)
        return app

    async def echo(self, request: web.Request) -> web.Response:
        self.received += 1
        seen = {
            "method": request.method,
            "path": request.raw_path,
            "headers": sorted([name.lower(), value] for name, value in request.headers.items()),
            "body": (await request.read()).decode("latin-1"),
        }
        return web.json_response(seen, status=203, headers={"X-Own": "kept", "Set-Cookie": "a=b; Path=/"})

    async def slow(self, request: web.Request) -> web.Response:
        self.active += 1
        self.most = max(self.most, self.active)
        await asyncio.sleep(float(request.query.get("s", "0.01")))
        self.active -= 1
        return web.Response(text=request.query["n"])

    async def forever(self, request: web.Request) -> web.Response:
        try:
            await asyncio.sleep(60)
        finally:
            self.cancelled.set()
        return web.Response()

    async def half(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": "1000"})
        await response.prepare(request)
        await response.write(b"x" * 500)
        request.transport.abort()
        return response

    async def nothing(self, request: web.Request) -> web.Response:
        return web.Response(status=204, headers={"X-Own": "kept"})

    async def large(self, request: web.Request) -> web.Response:
        return web.Response(body=b"z" * int(request.query["bytes"]))

    async def packed(self, request: web.Request) -> web.Response:
        body = gzip.compress(await request.read())
        return web.Response(body=body, headers={"Content-Encoding": "gzip", "Content-Type": "text/plain"})


@dataclass
class Gateway:
    """A WebSocket API that echoes messages, closes on request, and records requests and close codes."""

    seen: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    closed: asyncio.Queue[int | None] = field(default_factory=asyncio.Queue)

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
        self.closed.put_nowait(own.close_code)
        return own


@asynccontextmanager
async def serving(app: web.Application) -> AsyncIterator[str]:
    """Serve an application and yield its address."""
    port = free_port()
    runner = web.AppRunner(
        app,
        handler_cancellation=True,
        auto_decompress=False,
        shutdown_timeout=1,
        max_field_size=HEADER_BYTES,
        max_line_size=HEADER_BYTES,
    )
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port, backlog=1024).start()
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        await runner.cleanup()


def with_api(
    tmp_path: Path,
    visit: Callable[[aiohttp.ClientSession, Api], Awaitable[Any]],
    *,
    deployed: bool = True,
    connections: int = CONNECTIONS,
) -> Any:
    """Run `visit` with a session to a front door before the API, and return its result."""

    async def run() -> Any:
        api = Api()
        outputs = tmp_path / "outputs.json"
        port = free_port()
        address = f"http://127.0.0.1:{port}"
        async with serving(api.app()) as upstream, Proxy(outputs, connections=connections).listening(port):
            if deployed:
                outputs.write_text(json.dumps({"apiUrl": upstream + STAGE}))
            connector = aiohttp.TCPConnector(limit=0)
            async with aiohttp.ClientSession(address, connector=connector, auto_decompress=False) as session:
                return await visit(session, api)

    return asyncio.run(run())


def with_gateway(
    tmp_path: Path,
    visit: Callable[[aiohttp.ClientSession, Gateway], Awaitable[Any]],
    outputs: str | None = None,
) -> Any:
    """Run `visit` with a session to a front door before the WebSocket API, and return its result."""

    async def run() -> Any:
        gateway, port = Gateway(), free_port()
        file = tmp_path / "outputs.json"
        async with serving(gateway.app()) as upstream, Proxy(file).listening(port):
            addresses = {
                "apiUrl": f"{upstream}{GATEWAY}/api",
                "webSocketUrl": f"ws{upstream.removeprefix('http')}{GATEWAY}/ws",
            }
            file.write_text(json.dumps(addresses) if outputs is None else outputs)
            connector = aiohttp.TCPConnector(limit=0)
            async with aiohttp.ClientSession(f"http://127.0.0.1:{port}", connector=connector) as session:
                return await asyncio.wait_for(visit(session, gateway), 30)

    return asyncio.run(run())
