"""Requests that the front door forwards to an API on a real port."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from tests.local.front_door.upstream import STAGE, Api, with_api


@pytest.mark.parametrize("method", ["GET", "POST", "PATCH", "PUT", "DELETE", "OPTIONS"])
def test_request_is_forwarded_unchanged(method: str) -> None:
    """Method, path, query, body and end-to-end headers are unchanged, except those that the proxy sets."""

    async def visit(session: aiohttp.ClientSession, api: Api) -> Any:
        sent = {
            "X-Forwarded-For": "203.0.113.9",
            "X-Forwarded-Proto": "https",
            "X-Strata-Distribution": "arn:aws:cloudfront::000000000000:distribution/E2",
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

    status, own, seen = with_api(visit)
    host, id_ = (dict(seen["headers"]).get(name) for name in ("host", "x-amz-cf-id"))
    expected = [
        ["accept", "a/b"],
        ["accept-encoding", "br"],
        ["cookie", "session=1"],
        ["host", host],
        ["user-agent", "test"],
        ["via", "1.1 d1.cloudfront.net (CloudFront)"],
        ["x-amz-cf-id", id_],
        ["x-forwarded-for", "203.0.113.9, 127.0.0.1"],
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


def test_head_returns_headers_without_body() -> None:
    """HEAD returns the headers of GET without a body."""

    async def visit(session: aiohttp.ClientSession, api: Api) -> Any:
        async with session.head("/api/users") as response:
            return response.status, int(response.headers["Content-Length"]) > 0, await response.read()

    assert with_api(visit) == (203, True, b"")


def test_response_without_content_is_forwarded() -> None:
    """A 204 keeps its headers, and the connection can be reused."""

    async def visit(session: aiohttp.ClientSession, api: Api) -> Any:
        responses = []
        for _ in range(2):
            async with session.delete("/api/nothing") as response:
                responses.append((response.status, response.headers["X-Own"], await response.read()))
        return responses

    assert with_api(visit) == [(204, "kept", b"")] * 2


def test_compressed_bodies_are_forwarded_unchanged() -> None:
    """Compressed requests and responses are not decompressed."""
    packed = gzip.compress(b"hello")

    async def visit(session: aiohttp.ClientSession, api: Api) -> Any:
        headers = {"Content-Encoding": "gzip"}
        async with session.post("/api/packed", data=packed, headers=headers) as response:
            return response.headers["Content-Encoding"], await response.read()

    encoding, body = with_api(visit)

    assert (encoding, gzip.decompress(gzip.decompress(body))) == ("gzip", b"hello")


def test_streamed_body_is_forwarded_completely() -> None:
    """A large body of unknown length is forwarded completely."""

    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(64):
            yield b"y" * 16_384

    async def visit(session: aiohttp.ClientSession, api: Api) -> Any:
        async with session.post("/api/users", data=pieces()) as response:
            return len((await response.json())["body"])

    assert with_api(visit) == 64 * 16_384


def test_large_header_is_forwarded() -> None:
    """A token of 12 KB, larger than any of Cognito, is forwarded."""
    token = "t" * 12_000

    async def visit(session: aiohttp.ClientSession, api: Api) -> Any:
        async with session.get("/api/users", headers={"Authorization": token}) as response:
            return dict((await response.json())["headers"])["authorization"]

    assert with_api(visit) == token


def test_concurrent_requests_are_queued() -> None:
    """Of 500 concurrent requests, each gets its own response, and the API receives at most 16 at a time."""

    async def one(session: aiohttp.ClientSession, number: int) -> tuple[int, str]:
        async with session.get("/api/slow", params={"n": str(number)}) as response:
            return response.status, await response.text()

    async def visit(session: aiohttp.ClientSession, api: Api) -> Any:
        return await asyncio.gather(*(one(session, number) for number in range(500))), api.most

    responses, most = with_api(visit)

    assert responses == [(200, str(number)) for number in range(500)]
    assert most == 16


def test_disconnect_cancels_the_upstream_request() -> None:
    """When the caller disconnects, the request to the API ends."""

    async def visit(session: aiohttp.ClientSession, api: Api) -> Any:
        with pytest.raises(TimeoutError):
            await session.get("/api/forever", timeout=aiohttp.ClientTimeout(total=0.2))
        await asyncio.wait_for(api.cancelled.wait(), 5)
        return True

    assert with_api(visit)


def test_partial_response_of_the_api_returns_502() -> None:
    """When the API breaks off a response, the caller gets none of it."""

    async def visit(session: aiohttp.ClientSession, api: Api) -> Any:
        async with session.get("/api/half") as response:
            return response.status, response.content_type

    assert with_api(visit) == (502, "application/problem+json")


def test_expect_100_continue_is_supported() -> None:
    """The front door sends 100 Continue, and forwards the body."""

    async def visit(session: aiohttp.ClientSession, api: Api) -> Any:
        async with session.post("/api/users", data=b"hello", expect100=True) as response:
            return response.status, (await response.json())["body"]

    assert with_api(visit) == (203, "hello")


@pytest.mark.parametrize("authorization", ["Bearer e30.e30.AA", "Basic YTpi", "garbage", "Bearer é.ü.ö", ""])
def test_other_tokens_are_forwarded(authorization: str) -> None:
    """The front door does not validate tokens."""

    async def visit(session: aiohttp.ClientSession, api: Api) -> Any:
        async with session.get("/api/users", headers={"Authorization": authorization}) as response:
            return response.status

    assert with_api(visit) == 203
