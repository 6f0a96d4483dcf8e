"""Requests that the front door forwards to an API on a real port."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.local.front_door.upstream import STAGE, Api, with_api


@pytest.mark.parametrize("method", ["GET", "POST", "PATCH", "PUT", "DELETE", "OPTIONS"])
def test_request_is_forwarded_unchanged(tmp_path: Path, method: str) -> None:
    """Method, path, query, body and end-to-end headers are unchanged; X-Forwarded-For names the caller."""

    async def visit(session: aiohttp.ClientSession, api: Api) -> Any:
        sent = {
            "X-Forwarded-For": "203.0.113.9",
            "Connection": "keep-alive, X-Hop",
            "X-Hop": "dropped",
            "TE": "trailers",
            "Cookie": "session=1",
            "Accept": "a/b",
            "Accept-Encoding": "br",
            "User-Agent": "test",
        }
        target = "/api/users/%2Fodd%20id?limit=3&cursor=a%2Bb"
        body = None if method == "GET" else b"\x00body"
        url = session._build_url(aiohttp.client.URL(target, encoded=True))
        async with session.request(method, url, headers=sent, data=body) as response:
            return response.status, response.headers.getall("X-Own"), await response.json()

    status, own, seen = with_api(tmp_path, visit)
    host = dict(seen["headers"])["host"]
    expected = [
        ["accept", "a/b"],
        ["accept-encoding", "br"],
        ["cookie", "session=1"],
        ["host", host],
        ["user-agent", "test"],
        ["x-forwarded-for", "203.0.113.9, 127.0.0.1"],
        ["x-forwarded-proto", "http"],
    ]
    if method != "GET":
        expected += [["content-length", "5"], ["content-type", "application/octet-stream"]]

    assert (status, own) == (203, ["kept"])
    assert seen == {
        "method": method,
        "path": f"{STAGE}/users/%2Fodd%20id?limit=3&cursor=a%2Bb",
        "headers": sorted(expected),
        "body": "" if method == "GET" else "\x00body",
    }


def test_head_returns_headers_without_body(tmp_path: Path) -> None:
    """HEAD returns the headers of GET without a body."""

    async def visit(session: aiohttp.ClientSession, api: Api) -> Any:
        async with session.head("/api/users") as response:
            return response.status, int(response.headers["Content-Length"]) > 0, await response.read()

    assert with_api(tmp_path, visit) == (203, True, b"")


def test_response_without_content_is_forwarded(tmp_path: Path) -> None:
    """A 204 keeps its headers, and the connection can be reused."""

    async def visit(session: aiohttp.ClientSession, api: Api) -> Any:
        responses = []
        for _ in range(2):
            async with session.delete("/api/nothing") as response:
                responses.append((response.status, response.headers["X-Own"], await response.read()))
        return responses

    assert with_api(tmp_path, visit) == [(204, "kept", b"")] * 2


def test_compressed_bodies_are_forwarded_unchanged(tmp_path: Path) -> None:
    """Compressed requests and responses are not decompressed."""
    packed = gzip.compress(b"hello")

    async def visit(session: aiohttp.ClientSession, api: Api) -> Any:
        headers = {"Content-Encoding": "gzip"}
        async with session.post("/api/packed", data=packed, headers=headers) as response:
            return response.headers["Content-Encoding"], await response.read()

    encoding, body = with_api(tmp_path, visit)

    assert (encoding, gzip.decompress(gzip.decompress(body))) == ("gzip", b"hello")


def test_streamed_body_is_forwarded_completely(tmp_path: Path) -> None:
    """A large body of unknown length is forwarded completely."""

    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(64):
            yield b"y" * 16_384

    async def visit(session: aiohttp.ClientSession, api: Api) -> Any:
        async with session.post("/api/users", data=pieces()) as response:
            return len((await response.json())["body"])

    assert with_api(tmp_path, visit) == 64 * 16_384


def test_large_header_is_forwarded(tmp_path: Path) -> None:
    """A token of 12 KB, larger than any of Cognito, is forwarded."""
    token = "t" * 12_000

    async def visit(session: aiohttp.ClientSession, api: Api) -> Any:
        async with session.get("/api/users", headers={"Authorization": token}) as response:
            return dict((await response.json())["headers"])["authorization"]

    assert with_api(tmp_path, visit) == token


def test_concurrent_requests_are_queued(tmp_path: Path) -> None:
    """Of 500 concurrent requests, each gets its own response, and the API receives at most 16 at a time."""

    async def one(session: aiohttp.ClientSession, number: int) -> tuple[int, str]:
        async with session.get("/api/slow", params={"n": str(number)}) as response:
            return response.status, await response.text()

    async def visit(session: aiohttp.ClientSession, api: Api) -> Any:
        return await asyncio.gather(*(one(session, number) for number in range(500))), api.most

    responses, most = with_api(tmp_path, visit)

    assert responses == [(200, str(number)) for number in range(500)]
    assert most == 16


def test_disconnect_cancels_the_upstream_request(tmp_path: Path) -> None:
    """When the caller disconnects, the request to the API ends."""

    async def visit(session: aiohttp.ClientSession, api: Api) -> Any:
        with pytest.raises(TimeoutError):
            await session.get("/api/forever", timeout=aiohttp.ClientTimeout(total=0.2))
        await asyncio.wait_for(api.cancelled.wait(), 5)
        return True

    assert with_api(tmp_path, visit)


def test_partial_response_of_the_api_returns_502(tmp_path: Path) -> None:
    """When the API breaks off a response, the caller gets none of it."""

    async def visit(session: aiohttp.ClientSession, api: Api) -> Any:
        async with session.get("/api/half") as response:
            return response.status, response.content_type

    assert with_api(tmp_path, visit) == (502, "application/problem+json")


def test_path_with_dots_stays_in_the_stage(tmp_path: Path) -> None:
    """A path with dots does not reach the emulator's own endpoints."""

    async def visit(session: aiohttp.ClientSession, api: Api) -> Any:
        port = session._base_url.port
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET /api/../../_ministack/reset HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        response = await reader.read()
        writer.close()
        await writer.wait_closed()
        return json.loads(response.partition(b"\r\n\r\n")[2])["path"]

    assert with_api(tmp_path, visit) == f"{STAGE}/../../_ministack/reset"


def test_expect_100_continue_is_supported(tmp_path: Path) -> None:
    """The front door sends 100 Continue, and forwards the body."""

    async def visit(session: aiohttp.ClientSession, api: Api) -> Any:
        async with session.post("/api/users", data=b"hello", expect100=True) as response:
            return response.status, (await response.json())["body"]

    assert with_api(tmp_path, visit) == (203, "hello")


@pytest.mark.parametrize("authorization", ["Bearer e30.e30.AA", "Basic YTpi", "garbage", "Bearer é.ü.ö", ""])
def test_other_tokens_are_forwarded(tmp_path: Path, authorization: str) -> None:
    """The front door does not validate tokens."""

    async def visit(session: aiohttp.ClientSession, api: Api) -> Any:
        async with session.get("/api/users", headers={"Authorization": authorization}) as response:
            return response.status

    assert with_api(tmp_path, visit) == 203
