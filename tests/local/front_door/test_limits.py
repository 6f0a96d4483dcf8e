"""Slow callers, large requests and ambiguous requests: each affects its own connection only."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from io import BytesIO
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from local.front_door import bodies, proxy, server
from local.front_door.bodies import BODY_BYTES, SMALL_BYTES, Memory
from local.front_door.origins import API_CONNECTIONS
from local.front_door.server import HEADER_BYTES, URL_BYTES
from tests.local.front_door.upstream import Api, with_api

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]

MANY = 2 * API_CONNECTIONS + 8
"""More slow callers than connections to the emulator."""

POST = b"POST /api/users HTTP/1.1\r\nHost: localhost\r\n"
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n"


@asynccontextmanager
async def connections(
    session: aiohttp.ClientSession, count: int, data: bytes
) -> AsyncIterator[list[Streams]]:
    """Open connections to the front door, send these bytes on each, and close them at the end."""
    assert session._base_url is not None
    opened = [await asyncio.open_connection("127.0.0.1", session._base_url.port) for _ in range(count)]
    for _, writer in opened:
        writer.write(data)
    await asyncio.sleep(0.2)
    try:
        yield opened
    finally:
        for _, writer in opened:
            writer.transport.abort()


async def exchange(session: aiohttp.ClientSession, data: bytes) -> int:
    """Send bytes and return the status of the response."""
    async with connections(session, 1, data) as [(reader, _)]:
        return await status(reader)


async def status(reader: asyncio.StreamReader) -> int:
    """Return the status of the next response."""
    return int((await asyncio.wait_for(reader.readline(), 10)).split()[1])


async def rest(reader: asyncio.StreamReader) -> int:
    """Return the number of bytes until the connection is closed."""
    received = 0
    with suppress(ConnectionError):
        while data := await asyncio.wait_for(reader.read(65_536), 10):
            received += len(data)
    return received


async def health(session: aiohttp.ClientSession) -> bool:
    """Return whether a request is served, also on a busy machine long before a slow caller's time is over."""
    async with session.get("/api/health", timeout=aiohttp.ClientTimeout(total=10)) as response:
        return response.status == 203


@pytest.mark.parametrize(
    "data",
    [
        b"",
        POST,
        POST + b"Content-Length: 1000\r\n\r\n",
        POST + b"Content-Length: 1000\r\n\r\n" + b"x" * 999,
        POST + b"Content-Length: 1000\r\nExpect: 100-continue\r\n\r\n",
        CHUNKED + b"\r\n",
        CHUNKED + b"\r\n5\r\nabcde\r\n",
        CHUNKED + b"\r\n5\r\nabc",
        b"GET /api/large?bytes=3000000 HTTP/1.1\r\nHost: localhost\r\n\r\n",
    ],
    ids=["nothing", "headers", "body", "end", "expect", "chunks", "last chunk", "chunk", "reader"],
)
def test_slow_callers_do_not_delay_others(data: bytes) -> None:
    """More slow callers than connections to the emulator do not occupy one."""

    async def visit(session: aiohttp.ClientSession, api: Api) -> Any:
        async with connections(session, MANY, data):
            return [await health(session) for _ in range(5)]

    assert with_api(visit) == [True] * 5


def test_one_byte_a_second_does_not_delay_others() -> None:
    """Callers that always send something occupy no connection to the emulator either."""

    async def visit(session: aiohttp.ClientSession, api: Api) -> Any:
        served: list[bool] = []
        async with connections(session, MANY, POST + b"Content-Length: 1000\r\n\r\n") as slow:
            for _ in range(3):
                for _, writer in slow:
                    writer.write(b"x")
                served.append(await health(session))
        return served

    assert with_api(visit) == [True] * 3


@pytest.mark.parametrize(
    "data",
    [POST + b"Content-Length: 9\r\n\r\nabc", CHUNKED + b"\r\n5\r\nab", CHUNKED + b"\r\n"],
    ids=["length", "chunk", "end"],
)
def test_body_that_does_not_arrive_returns_408(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, data: bytes
) -> None:
    """After the time for a body, the response is 408, and the connection is closed."""
    monkeypatch.setattr(bodies, "RECEIVE_SECONDS", 0.3)
    monkeypatch.setattr(server, "LINGERING_SECONDS", 0.1)

    async def visit(session: aiohttp.ClientSession, api: Api) -> Any:
        async with connections(session, 1, data) as [(reader, _)]:
            return await status(reader), await rest(reader) > 0

    assert with_api(visit) == (408, True)


def test_headers_that_do_not_arrive_close_the_connection(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The time for headers does not start again with each byte."""
    monkeypatch.setattr(server, "IDLE_SECONDS", 0.4)

    async def visit(session: aiohttp.ClientSession, api: Api) -> Any:
        async with connections(session, 1, b"GET /api/health HTTP/1.1\r\nX: ") as [(reader, writer)]:
            for _ in range(20):
                writer.write(b"x")
                await asyncio.sleep(0.05)
            return await rest(reader)

    assert with_api(visit) == 0


def test_slow_reader_is_disconnected(monkeypatch: pytest.MonkeyPatch) -> None:
    """A caller that does not receive its response in time gets a part of it and a broken connection."""
    monkeypatch.setattr(bodies, "SEND_SECONDS", 0.3)
    request = b"GET /api/large?bytes=10000000 HTTP/1.1\r\nHost: localhost\r\n\r\n"

    async def visit(session: aiohttp.ClientSession, api: Api) -> Any:
        async with connections(session, 1, request) as [(reader, _)]:
            await asyncio.sleep(1)
            return await rest(reader)

    assert 0 < with_api(visit) < 10_000_000


def test_connection_that_waits_longest_gives_way() -> None:
    """At the limit, idle connections are closed, the oldest first; new callers are served."""

    async def visit(session: aiohttp.ClientSession, api: Api) -> Any:
        async with connections(session, 8, b"") as idle:
            served = await health(session)
            await asyncio.sleep(0.1)
            return served, [reader.at_eof() or reader.exception() is not None for reader, _ in idle]

    served, closed = with_api(visit, connections=6)

    assert served
    assert closed == [True] * 3 + [False] * 5


def test_connection_that_waits_for_its_response_stays() -> None:
    """At the limit, a caller that waits for the API is served."""

    async def visit(session: aiohttp.ClientSession, api: Api) -> Any:
        slow = asyncio.create_task(
            exchange(session, b"GET /api/slow?n=1&s=1 HTTP/1.1\r\nHost: localhost\r\n\r\n")
        )
        await asyncio.sleep(0.05)
        async with connections(session, 8, b""):
            return await slow

    assert with_api(visit, connections=4) == 200


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (CHUNKED + b"Content-Length: 5\r\n\r\n0\r\n\r\n", 400),
        (POST + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef", 400),
        (POST + b"Content-Length: 5, 5\r\n\r\nabcde", 400),
        (POST + b"Content-Length: +5\r\n\r\nabcde", 400),
        (POST + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501),
        (POST + b"Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n", 400),
        (CHUNKED + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
        (POST + b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n", 400),
        (CHUNKED + b"\r\n-1\r\n\r\n", 400),
        (CHUNKED + b"\r\n3\r\nabcde\r\n0\r\n\r\n", 400),
        (CHUNKED + b"\r\nfffffffffffffffff\r\nabc\r\n0\r\n\r\n", 400),
        (b"GET /api/health HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", 400),
    ],
)
def test_ambiguous_request_is_not_forwarded(data: bytes, status: int) -> None:
    """Two servers could read its length differently (RFC 9112, 11.2): it reaches no other server."""

    async def visit(session: aiohttp.ClientSession, api: Api) -> Any:
        return await exchange(session, data), api.received

    assert with_api(visit) == (status, 0)


def test_pipelined_requests_get_responses_in_order() -> None:
    """A caller may send requests without waiting for the responses."""
    requests = b"".join(
        b"GET /api/slow?n=%d HTTP/1.1\r\nHost: localhost\r\n\r\n" % number for number in range(3)
    )

    async def visit(session: aiohttp.ClientSession, api: Api) -> Any:
        async with connections(session, 1, requests) as [(reader, _)]:
            return [(await reader.readuntil(b"\r\n\r\n"), await reader.readexactly(1))[1] for _ in range(3)]

    assert with_api(visit) == [b"0", b"1", b"2"]


def test_largest_bodies_pass() -> None:
    """A body of 10 MB passes in both directions; a larger one is 413, or 502 if it is the API's."""

    async def visit(session: aiohttp.ClientSession, api: Api) -> Any:
        statuses: list[int] = []
        for size in (BODY_BYTES, BODY_BYTES + 1):
            async with session.post("/api/nothing", data=BytesIO(b"x" * size)) as response:
                statuses.append(response.status)
            async with session.get("/api/large", params={"bytes": str(size)}) as response:
                statuses.append(response.status)
                await response.read()
        return statuses

    assert with_api(visit) == [204, 200, 413, 502]


def test_body_of_unknown_length_is_limited() -> None:
    """A chunked body is 413 as soon as it has more than 10 MB."""

    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(BODY_BYTES // 65_536 + 1):
            yield b"y" * 65_536

    async def visit(session: aiohttp.ClientSession, api: Api) -> Any:
        async with session.post("/api/users", data=pieces()) as response:
            return response.status, await response.json()

    assert with_api(visit) == (413, {"message": "Request Entity Too Large"})


def test_url_and_headers_are_limited() -> None:
    """CloudFront's limits: 8,192 bytes for a URL, and 20,480 for the request without its body."""

    def sized(url: int, header: int) -> bytes:
        path = b"/api/" + b"u" * (url - 5)
        return b"GET " + path + b" HTTP/1.1\r\nHost: localhost\r\nX: " + b"h" * header + b"\r\n\r\n"

    async def visit(session: aiohttp.ClientSession, api: Api) -> Any:
        sizes = [(URL_BYTES, 9), (URL_BYTES + 1, 9), (9, HEADER_BYTES - 32), (9, HEADER_BYTES), (8000, 13000)]
        return [await exchange(session, sized(*size)) for size in sizes]

    assert with_api(visit) == [203, 413, 203, 413, 413]


def test_large_bodies_share_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """When the memory for bodies is used up, large bodies are 503, and small ones pass."""
    monkeypatch.setattr(proxy, "Memory", lambda: Memory(free=300_000))

    async def post(session: aiohttp.ClientSession, size: int) -> int:
        async with session.post("/api/nothing", data=b"x" * size) as response:
            return response.status

    async def visit(session: aiohttp.ClientSession, api: Api) -> Any:
        slow = POST + b"Content-Length: 400000\r\n\r\n" + b"x" * 300_000
        before = await post(session, 250_000)
        async with connections(session, 1, slow):
            during = [await post(session, 250_000), await post(session, SMALL_BYTES)]
        await asyncio.sleep(0.5)
        return before, during, await post(session, 250_000)

    assert with_api(visit) == (204, [503, 204], 204)
