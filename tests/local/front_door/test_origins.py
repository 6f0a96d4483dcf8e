"""Origins of every kind behind the front door: their timeouts, headers, large files and WebSockets."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from local.front_door.process import FrontDoor
from local.machine.ports import free_port
from provider.cloud import Cloud
from tests.local.front_door.deployment import Site
from tests.local.front_door.upstream import GATEWAY, Api, Gateway, front_door, serving
from tests.unit.front_door.distribution import (
    behavior,
    cached,
    cached_behavior,
    config,
    declared,
    listed,
    origin,
)

MEGABYTE = 1024 * 1024
LARGE_MEGABYTES = 500


@asynccontextmanager
async def legacy(port: int) -> AsyncIterator[None]:
    """Serve an old server: it echoes requests, is slow, breaks off, and has large files."""
    api = Api()

    async def large(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "application/octet-stream"})
        size = int(request.match_info["megabytes"])
        if "length" in request.path:
            response.content_length = size * MEGABYTE
        await response.prepare(request)
        for number in range(size):
            await response.write(bytes([number % 256]) * MEGABYTE)
        return response

    async def counted(request: web.Request) -> web.Response:
        api.received += 1
        headers = {"Cache-Control": "max-age=60", "Set-Cookie": "a=1"}
        return web.Response(text=f"{api.received} {request.query_string}", headers=headers)

    app = web.Application()
    app.router.add_get("/large/{megabytes}{length:(/length)?}", large)
    app.router.add_get("/counted", counted)
    app.router.add_get("/slow", api.forever)
    app.router.add_get("/half", api.half)
    app.router.add_route("*", "/{path:.*}", api.echo)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        yield
    finally:
        await runner.cleanup()


def visited(
    visit: Callable[[aiohttp.ClientSession], Awaitable[Any]],
    *behaviors: dict[str, Any],
    **fields: Any,
) -> Any:
    """Run `visit` with a session to a distribution before the old server, and return its result."""

    async def run() -> Any:
        port = free_port()
        given = config([origin("old", "localhost", port=port, **fields)], behaviors or [behavior("old")])
        policies = {"short": cached(0, 0, 60, gzip=True)}
        async with (
            legacy(port),
            front_door("http://127.0.0.1:1", declared(given, cache_policies=policies)) as door,
        ):
            return await visit(door[0])

    return asyncio.run(run())


async def body(session: aiohttp.ClientSession, path: str, **options: Any) -> Any:
    """Return the JSON of a response."""
    async with session.request(options.pop("method", "GET"), path, **options) as response:
        return json.loads(await response.read())


def test_custom_origin_gets_its_own_headers_and_path() -> None:
    """`OriginPath` and custom headers are added; the viewer cannot replace the latter."""
    custom = listed([{"HeaderName": "X-Secret", "HeaderValue": "1"}])

    async def visit(session: aiohttp.ClientSession) -> Any:
        return await body(session, "/reports/1?x=1", method="POST", data=b"body", headers={"X-Secret": "2"})

    found = visited(visit, OriginPath="/v2", CustomHeaders=custom)
    headers = dict(found["headers"])
    assert (found["path"], found["body"], headers["x-secret"]) == ("/v2/reports/1?x=1", "body", "1")
    assert headers["host"].startswith("localhost:")


def test_origin_without_request_policy_gets_no_viewer_headers() -> None:
    """No cookies, no query, and CloudFront's user agent; what belongs to the body stays."""
    quiet = {name: value for name, value in behavior("old").items() if name != "OriginRequestPolicyId"}

    async def visit(session: aiohttp.ClientSession) -> Any:
        headers = {"Cookie": "a=1", "X-Any": "1", "Authorization": "Bearer x", "Content-Type": "text/plain"}
        return await body(session, "/a?x=1", method="POST", data=b"body", headers=headers)

    found = visited(visit, quiet)
    headers = dict(found["headers"])
    assert (found["path"], headers["user-agent"], headers["content-type"]) == (
        "/a",
        "Amazon CloudFront",
        "text/plain",
    )
    assert headers.keys().isdisjoint({"cookie", "x-any", "authorization"})


def test_default_root_object_is_served_at_the_root() -> None:
    """Only for the root itself."""

    async def run() -> Any:
        port = free_port()
        given = config(
            [origin("old", "localhost", port=port)], [behavior("old")], DefaultRootObject="index.html"
        )
        async with legacy(port), front_door("http://127.0.0.1:1", declared(given)) as (session, _):
            return [(await body(session, path))["path"] for path in ("/", "/a/")]

    assert asyncio.run(run()) == ["/index.html", "/a/"]


def test_origin_that_does_not_respond_is_502_or_504() -> None:
    """Refused connections, a broken response, and a response that takes longer than the timeout."""

    async def visit(session: aiohttp.ClientSession) -> Any:
        found = []
        for path in ("/half", "/slow"):
            async with session.get(path) as response:
                found.append((response.status, (await response.json())["detail"].split(" did ")[-1]))
        return found

    # The front door adds a margin of five seconds to the timeout.
    (broken, _), slow = visited(visit, seconds=-4)
    assert (broken, slow) == (502, (504, "not respond in time."))

    async def stopped() -> int:
        given = config([origin("old", "localhost", port=free_port())], [behavior("old")])
        async with (
            front_door("http://127.0.0.1:1", declared(given)) as (session, _),
            session.get("/") as response,
        ):
            return response.status

    assert asyncio.run(stopped()) == 502


def test_origins_cache_control_is_used() -> None:
    """A policy without a minimum caches what the origin allows; the query is not in the key here."""

    async def visit(session: aiohttp.ClientSession) -> Any:
        found = []
        for path in ("/counted?x=1", "/counted?x=2"):
            async with session.get(path) as response:
                found.append((await response.text(), response.headers["X-Cache"].split()[0]))
        return found

    found = visited(visit, cached_behavior("old", CachePolicyId="short"))
    assert found == [("1 ", "Miss"), ("1 ", "Hit")]


@pytest.mark.parametrize("length", ["", "/length"])
def test_large_response_is_sent_as_it_arrives(length: str) -> None:
    """With a length and without one; it is complete and not cached."""

    async def visit(session: aiohttp.ClientSession) -> Any:
        found = []
        for _ in range(2):
            async with session.get(f"/large/20{length}") as response:
                found.append((len(await response.read()), response.headers["X-Cache"].split()[0]))
        return found

    assert visited(visit, cached_behavior("old", CachePolicyId="short")) == [(20 * MEGABYTE, "Miss")] * 2


def test_a_thousand_small_bodies_and_a_large_one_need_little_memory(cloud: Cloud, tmp_path: Path) -> None:
    """The front door's process keeps its memory flat while it sends 500 MB and 1,000 small responses."""
    port, own = free_port(), free_port()
    site = Site(cloud, tmp_path)
    site.deploy(config([origin("old", "localhost", port=port)], [behavior("old")]))
    door = FrontDoor(tmp_path, site.outputs)
    door.start(own)
    try:
        large, small, before, peak = asyncio.run(_transfer(port, own, door))
    finally:
        door.stop()
    assert (large, small) == (LARGE_MEGABYTES * MEGABYTE, 1000)
    assert peak - before < 64 * MEGABYTE


async def _transfer(port: int, own: int, door: FrontDoor) -> tuple[int, int, int, int]:
    """Return the bytes of the large body, the number of small ones, and the memory before and at most."""
    process = door.process
    assert process is not None

    async def small(session: aiohttp.ClientSession, number: int) -> bool:
        async with session.post(f"/small/{number}", data=b"x" * 100) as response:
            return response.status == 203

    async with legacy(port), aiohttp.ClientSession(f"http://localhost:{own}") as session:
        await small(session, 0)
        before, received = _memory(process.pid), 0
        others = asyncio.gather(*(small(session, number) for number in range(1000)))
        async with session.get(f"/large/{LARGE_MEGABYTES}") as response:
            async for chunk in response.content.iter_any():
                received += len(chunk)
        return received, sum(await others), before, _memory(process.pid, "VmHWM")


def _memory(pid: int, name: str = "VmRSS") -> int:
    """Return the memory of a process in bytes: now, or at most."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(name))


def test_hundred_websockets_are_relayed() -> None:
    """A hundred echo at the same time, through a function that removes their cookies."""

    async def one(session: aiohttp.ClientSession, number: int) -> str:
        async with session.ws_connect("/ws", headers={"Cookie": "a=1"}) as socket:
            await socket.send_str(f"n{number}")
            return await socket.receive_str(timeout=20)

    async def run() -> Any:
        gateway = Gateway()
        async with serving(gateway.app()) as upstream, front_door(upstream) as (session, _):
            found = await asyncio.gather(*(one(session, number) for number in range(100)))
            return found, {path for path, _ in gateway.seen}

    assert asyncio.run(run()) == ([f"N{number}" for number in range(100)], {f"{GATEWAY}/ws"})
