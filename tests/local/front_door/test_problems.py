"""Requests that the front door rejects, and errors of its own."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import aiohttp
import pytest

from local.machine.ports import free_port
from tests.local.front_door.upstream import Api, front_door, serving, with_api


def test_stopped_emulator_returns_502() -> None:
    """The error names the emulator and states what to do; a new deployment is used without a restart."""
    dead = f"http://127.0.0.1:{free_port()}"

    async def run() -> Any:
        async with serving(Api().app()) as upstream, front_door(dead) as (session, deployed):
            async with session.get("/api/health") as response:
                headers = response.content_type, response.headers["Retry-After"]
                down = response.status, *headers, await response.json()
            deployed.deploy(upstream)
            async with session.get("/api/health") as response:
                return down, response.status

    down, back = asyncio.run(run())
    detail = (
        f"The emulator at {dead} does not respond. "
        "Retry in a moment; make status shows whether it runs, make up starts it."
    )

    assert back == 203
    assert down == (
        502,
        "application/problem+json",
        "2",
        {"type": "about:blank", "title": "Bad Gateway", "status": 502, "detail": detail},
    )


async def send(session: aiohttp.ClientSession, request: bytes) -> tuple[int, str, Any]:
    """Send exact bytes; return status and content type of the response, and the status in its body."""
    reader, writer = await asyncio.open_connection("127.0.0.1", session._base_url.port)
    writer.write(request)
    head, _, body = (await asyncio.wait_for(reader.read(), 10)).partition(b"\r\n\r\n")
    writer.close()
    await writer.wait_closed()
    status, *headers = head.decode().split("\r\n")
    kinds = [line.partition(": ")[2] for line in headers if line.lower().startswith("content-type:")]
    return int(status.split()[1]), *kinds, json.loads(body)["status"]


CLOSE = b"Host: localhost\r\nConnection: close\r\n"


@pytest.mark.parametrize(
    ("request_", "status", "lines"),
    [
        (b"BR EW /api/health HTTP/1.1\r\n" + CLOSE + b"\r\n", 400, 1),
        (b"OPTIONS * HTTP/1.1\r\n" + CLOSE + b"\r\n", 400, 0),
        (b"GET /api/health HTTP/1.1\r\nX: " + b"x" * 40_000 + b"\r\n" + CLOSE + b"\r\n", 413, 1),
        (b"GET /api/health HTTP/1.1\r\nExpect: foo\r\n" + CLOSE + b"\r\n", 417, 0),
        (b"POST /api/users HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" + CLOSE + b"\r\nzz\r\n", 400, 1),
    ],
    ids=["method", "asterisk", "header", "expectation", "chunk"],
)
def test_malformed_request_returns_problem_details(
    caplog: pytest.LogCaptureFixture, request_: bytes, status: int, lines: int
) -> None:
    """The response is problem details, and the log has at most one line and no traceback."""

    async def visit(session: aiohttp.ClientSession, api: Api) -> Any:
        return await send(session, request_)

    assert with_api(visit) == (status, "application/problem+json", status)
    assert [record.exc_info for record in caplog.records] == [None] * lines
    assert sum(message.count("\n") for message in caplog.messages) == 0
