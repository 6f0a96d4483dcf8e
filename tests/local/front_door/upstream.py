"""A small API and a small WebSocket API behind a distribution in the front door, all on real ports."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp import WSMsgType, web
from multidict import CIMultiDictProxy

from local.front_door.declared import NotDeployedError
from local.front_door.deployed import Distribution
from local.front_door.plan import Declared, plan
from local.front_door.proxy import Proxy
from local.front_door.server import CONNECTIONS, HEADER_BYTES
from local.machine.ports import free_port
from tests.unit.front_door import distribution

GATEWAY = "/_aws/execute-api/abc123"
STAGE = f"{GATEWAY}/api"

API = distribution.origin("api", "abc123.execute-api.us-east-1.amazonaws.com")
BUCKET = distribution.origin("app", "site.s3.us-east-1.amazonaws.com", OriginAccessControlId="O1")

APIS = distribution.declared(
    distribution.config(
        [API, BUCKET],
        [
            distribution.behavior("api", "/api/*"),
            distribution.behavior("api", "/ws"),
            distribution.cached_behavior("app"),
        ],
    )
)
"""A distribution with two APIs and a bucket, in which an upstream serves everything."""


@dataclass
class Api:
    """An API that returns the requests it received, and counts concurrent ones."""

    active: int = 0
    most: int = 0
    received: int = 0
    paths: list[str] = field(default_factory=list)
    headers: list[CIMultiDictProxy[str]] = field(default_factory=list)
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
        self.paths.append(request.raw_path)
        self.headers.append(request.headers)
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


@dataclass
class Fixed:
    """A distribution that is not read from an emulator.

    Attributes:
        session: for requests to the emulator.
        current: the distribution, or None if nothing is deployed.
    """

    session: aiohttp.ClientSession
    current: Distribution | None = None

    def deploy(self, endpoint: str, declared: Declared = APIS) -> None:
        """Deploy a distribution whose APIs are in an emulator at `endpoint`."""
        self.current = Distribution(plan(declared), endpoint, self.session)

    async def distribution(self) -> Distribution:
        if self.current is None:
            raise NotDeployedError
        return self.current


@asynccontextmanager
async def front_door(
    endpoint: str, declared: Declared = APIS, connections: int = CONNECTIONS
) -> AsyncIterator[tuple[aiohttp.ClientSession, Fixed]]:
    """Serve a distribution whose APIs are at `endpoint`; yield a session to it, and the distribution."""
    deployed: list[Fixed] = []

    def distributions(session: aiohttp.ClientSession) -> Fixed:
        deployed.append(Fixed(session))
        deployed[0].deploy(endpoint, declared)
        return deployed[0]

    port = free_port()
    async with Proxy(distributions, connections).listening(port):
        connector = aiohttp.TCPConnector(limit=0)
        address = f"http://127.0.0.1:{port}"
        async with aiohttp.ClientSession(address, connector=connector, auto_decompress=False) as session:
            yield session, deployed[0]


def with_api(
    visit: Callable[[aiohttp.ClientSession, Api], Awaitable[Any]],
    declared: Declared = APIS,
    connections: int = CONNECTIONS,
) -> Any:
    """Run `visit` with a session to a front door before the API, and return its result."""

    async def run() -> Any:
        api = Api()
        async with (
            serving(api.app()) as upstream,
            front_door(upstream, declared, connections) as (session, _),
        ):
            return await visit(session, api)

    return asyncio.run(run())


def with_gateway(visit: Callable[[aiohttp.ClientSession, Gateway], Awaitable[Any]]) -> Any:
    """Run `visit` with a session to a front door before the WebSocket API, and return its result."""

    async def run() -> Any:
        gateway = Gateway()
        async with serving(gateway.app()) as upstream, front_door(upstream) as door:
            return await asyncio.wait_for(visit(door[0], gateway), 30)

    return asyncio.run(run())
