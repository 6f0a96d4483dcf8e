"""Malformed and hostile requests: each is refused, reaches no other path, and harms no other request."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import aiohttp
import pytest

from local.front_door.server import HEADER_BYTES, URL_BYTES
from tests.local.front_door.upstream import GATEWAY, Api, with_api

HOST = b"Host: localhost\r\n"
END = b"Connection: close\r\n\r\n"


def get(target: bytes, headers: bytes = HOST) -> bytes:
    """Return a GET request."""
    return b"GET " + target + b" HTTP/1.1\r\n" + headers + END


def post(headers: bytes, body: bytes = b"") -> bytes:
    """Return a POST request to the API."""
    return b"POST /api/users HTTP/1.1\r\n" + HOST + headers + END + body


SMUGGLED = b"GET /api/smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n"

TRAVERSALS = [
    b"/../../etc/passwd",
    b"/assets/../../../etc/passwd",
    b"/%2e%2e/%2e%2e/etc/passwd",
    b"/..%2f..%2f_ministack/reset",
    b"/.%2e/_ministack/reset",
    b"/_ministack/reset",
    b"/_aws/execute-api/abc123/api/users",
    b"/api/../_ministack/reset",
    b"/api/../../_ministack/reset",
    b"/api%2f..%2f..%2f_ministack/reset",
    b"/key-value-stores/arn/keys/default",
    b"/other-bucket/secret",
    b"//other-bucket/secret",
    b"/..;/secret",
    b"/a%00b",
    b"/a%0d%0aX-Injected:%201",
    b"/%c0%ae%c0%ae/secret",
    b"/\\..\\..\\secret",
    b"/?x=../../secret",
    b"/\xc3\xa9",
]
"""Targets with dot segments, encoded slashes, and paths of the emulator."""


async def sent(session: aiohttp.ClientSession, data: bytes) -> tuple[list[int], bytes]:
    """Send bytes on a connection of their own; return the statuses and everything that was received."""
    assert session._base_url is not None
    reader, writer = await asyncio.open_connection("127.0.0.1", session._base_url.port)
    writer.write(data)
    received = await asyncio.wait_for(reader.read(), 10)
    writer.close()
    return [int(status) for status in re.findall(rb"^HTTP/1\.[01] (\d{3})", received, re.MULTILINE)], received


def exchanged(data: bytes) -> tuple[list[int], list[str], bytes]:
    """Return the statuses, the paths that reached an origin, and what was received; then check the door."""

    async def visit(session: aiohttp.ClientSession, api: Api) -> Any:
        statuses, received = await sent(session, data)
        paths = list(api.paths)
        async with session.get("/api/health") as response:
            assert response.status == 203
        return statuses, paths, received

    return with_api(visit)


@pytest.mark.parametrize("target", TRAVERSALS)
def test_path_stays_in_its_origin(target: bytes) -> None:
    """Whatever a path looks like: in the bucket it is a key, in the API a path of the stage."""
    _, paths, received = exchanged(get(target))
    assert all(path.startswith(("/site/", f"{GATEWAY}/api/")) for path in paths), paths
    assert b"X-Injected: 1" not in received.partition(b"\r\n\r\n")[0]


@pytest.mark.parametrize(
    ("request_", "statuses"),
    [
        (get(b"http://localhost/api/users"), [400]),
        (get(b"http://evil.example/api/users"), [400]),
        (get(b"*"), [400]),
        (get(b"api/users"), [400]),
        (b"CONNECT evil.example:443 HTTP/1.1\r\n" + HOST + END, [400]),
        (b"TRACE /api/users HTTP/1.1\r\n" + HOST + END, [403]),
        (b"PROPFIND /api/users HTTP/1.1\r\n" + HOST + END, [403]),
        (b"get /api/users HTTP/1.1\r\n" + HOST + END, [400]),
        (b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 0\r\n" + END, [403]),
        (b"G\xc3\x89T /api/users HTTP/1.1\r\n" + HOST + END, [400]),
        (get(b"/api/users", b""), [400]),
        (get(b"/api/users", b"Host:\r\n"), [403]),
        (get(b"/api/users", b"Host: evil.example\r\n"), [403]),
        (get(b"/api/users", b"Host: localhost.evil.example\r\n"), [403]),
        (get(b"/api/users", b"Host: localhost@evil.example\r\n"), [403]),
        (get(b"/api/users", b"Host: localhost, evil.example\r\n"), [403]),
        (get(b"/api/users", HOST + b"Host: evil.example\r\n"), [400]),
        (get(b"/api/users", HOST + b"X: " + b"x" * HEADER_BYTES + b"\r\n"), [413]),
        (get(b"/api/users", HOST + b"X: 1\r\n" * 4000), [400]),
        (get(b"/" + b"u" * URL_BYTES), [413]),
        (get(b"/api/users", HOST + b"X\x00: 1\r\n"), [400]),
        (get(b"/api/users", HOST + b"X: a\x00b\r\n"), [400]),
        (get(b"/api/users", HOST + b"X : 1\r\n"), [400]),
        (get(b"/api/users", HOST + b" folded: 1\r\n"), [400]),
        (b"GET /api/users HTTP/9.9\r\n" + HOST + END, [400]),
        (b"GET /api/users\r\n\r\n", []),  # HTTP/0.9 has no status line.
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", [400]),
        (post(b"Content-Length: 6\r\nTransfer-Encoding: chunked\r\n", b"0\r\n\r\n" + SMUGGLED), [400]),
        (post(b"Transfer-Encoding: chunked\r\nContent-Length: 6\r\n", b"0\r\n\r\n" + SMUGGLED), [400]),
        (post(b"Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n", SMUGGLED), [400]),
        (post(b"Transfer-Encoding: xchunked\r\n", SMUGGLED), [400]),
        (post(b"Transfer-Encoding:\x0bchunked\r\n", SMUGGLED), [400]),
        (post(b"Transfer-Encoding\r\n : chunked\r\n", SMUGGLED), [400]),
        (post(b"Content-Length: 0\r\nContent-Length: 44\r\n", SMUGGLED), [400]),
        (post(b"Content-Length: 0x2c\r\n", SMUGGLED), [400]),
        (post(b"Content-Length: -1\r\n", SMUGGLED), [400]),
        (post(b"Transfer-Encoding: chunked\r\n", b"0\nX\r\n\r\n" + SMUGGLED), [400]),
        (post(b"Transfer-Encoding: chunked\r\n", b"1;a\rb\r\nx\r\n0\r\n\r\n" + SMUGGLED), [400]),
    ],
)
def test_request_is_refused(request_: bytes, statuses: list[int]) -> None:
    """One response, nothing reaches an origin, and the connection is closed."""
    found, paths, _ = exchanged(request_)
    assert (found, paths) == (statuses, [])


def test_body_of_get_is_not_the_next_request() -> None:
    """CloudFront refuses GET with a body; the connection ends, so the body is not read as a request."""
    request = b"GET /api/users HTTP/1.1\r\n" + HOST + b"Content-Length: %d\r\n\r\n" % len(SMUGGLED) + SMUGGLED
    found, paths, _ = exchanged(request)
    assert (found, paths) == ([403], [])


@pytest.mark.parametrize(
    "header",
    [b"X-Strata-Distribution: arn", b"X: 1", b"Authorization: AWS4-HMAC-SHA256 Credential=x"],
)
def test_headers_of_the_front_door_cannot_be_sent(header: bytes) -> None:
    """The bucket receives the front door's own signature, whatever the viewer sends."""
    headers = HOST + header + b"\r\n"

    async def visit(session: aiohttp.ClientSession, api: Api) -> Any:
        await sent(session, get(b"/a.js", headers))
        return api.headers[-1]

    found = with_api(visit)
    assert found.getall("X-Strata-Distribution") == ["arn:aws:cloudfront::000000000000:distribution/E1"]
    assert found.getall("Authorization")[0].startswith("AWS4-HMAC-SHA256 Credential=local/")


def test_names_of_connection_headers_do_not_remove_others() -> None:
    """`Connection` removes only what it names, and cannot remove what the front door adds."""

    async def visit(session: aiohttp.ClientSession, api: Api) -> Any:
        await sent(session, get(b"/api/users", HOST + b"Connection: X-Forwarded-For, Via\r\n"))
        return api.headers[-1]

    found = with_api(visit)
    assert (found["X-Forwarded-For"], "Via" in found) == ("127.0.0.1", True)
