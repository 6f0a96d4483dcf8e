"""Requests that the front door rejects, and errors of its own."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from local.machine.ports import free_port
from tests.local.front_door.upstream import STAGE, Api, with_api


def test_path_outside_the_api_returns_404(tmp_path: Path) -> None:
    """Only /api/ is forwarded; similar paths and the emulator's own endpoints are not."""

    async def visit(session: aiohttp.ClientSession, api: Api) -> Any:
        responses = []
        for path in ("/", "/apis/users", "/_ministack/reset"):
            async with session.get(path) as response:
                responses.append((response.status, response.content_type, await response.json()))
        return responses

    expected = [
        (
            404,
            "application/problem+json",
            {
                "type": "about:blank",
                "title": "Not Found",
                "status": 404,
                "detail": f"Nothing is served at {path}: the API is under /api/.",
            },
        )
        for path in ("/", "/apis/users", "/_ministack/reset")
    ]
    assert with_api(tmp_path, visit) == expected


def test_request_before_a_deployment_returns_503(tmp_path: Path) -> None:
    """Before the first deployment, the error states what to run and when to retry."""

    async def visit(session: aiohttp.ClientSession, api: Api) -> Any:
        async with session.get("/api/health") as response:
            return response.status, response.headers["Retry-After"], (await response.json())["detail"]

    assert with_api(tmp_path, visit, deployed=False) == (503, "5", "Nothing is deployed yet: run make up.")


def test_stopped_emulator_returns_502(tmp_path: Path) -> None:
    """The error names the emulator and states what to do; changed outputs are used without a restart."""
    dead = f"http://127.0.0.1:{free_port()}"

    async def visit(session: aiohttp.ClientSession, api: Api) -> Any:
        outputs = tmp_path / "outputs.json"
        alive = outputs.read_text()
        outputs.with_suffix(".new").write_text(json.dumps({"apiUrl": dead + STAGE}))
        outputs.with_suffix(".new").rename(outputs)
        async with session.get("/api/health") as response:
            down = (
                response.status,
                response.content_type,
                response.headers["Retry-After"],
                await response.json(),
            )
        outputs.with_suffix(".new").write_text(alive)
        outputs.with_suffix(".new").rename(outputs)
        async with session.get("/api/health") as response:
            return down, response.status

    down, back = with_api(tmp_path, visit)
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


CLOSE = b"Host: x\r\nConnection: close\r\n"


@pytest.mark.parametrize(
    ("request_", "status", "lines"),
    [
        (b"BR EW /api/health HTTP/1.1\r\n" + CLOSE + b"\r\n", 400, 1),
        (b"OPTIONS * HTTP/1.1\r\n" + CLOSE + b"\r\n", 404, 0),
        (b"GET /api/health HTTP/1.1\r\nX: " + b"x" * 40_000 + b"\r\n" + CLOSE + b"\r\n", 413, 1),
        (b"GET /api/health HTTP/1.1\r\nExpect: foo\r\n" + CLOSE + b"\r\n", 417, 0),
        (b"POST /api/users HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" + CLOSE + b"\r\nzz\r\n", 400, 1),
    ],
    ids=["method", "asterisk", "header", "expectation", "chunk"],
)
def test_malformed_request_returns_problem_details(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, request_: bytes, status: int, lines: int
) -> None:
    """The response is problem details, and the log has at most one line and no traceback."""

    async def visit(session: aiohttp.ClientSession, api: Api) -> Any:
        return await send(session, request_)

    assert with_api(tmp_path, visit) == (status, "application/problem+json", status)
    assert [record.exc_info for record in caplog.records] == [None] * lines
    assert sum(message.count("\n") for message in caplog.messages) == 0


@pytest.mark.parametrize("outputs", ["{", "[]", "{}", '{"apiUrl": 5}', ""])
def test_invalid_outputs_return_503(tmp_path: Path, outputs: str) -> None:
    """An invalid outputs file is handled like a missing one."""
    (tmp_path / "outputs.json").write_text(outputs)

    async def visit(session: aiohttp.ClientSession, api: Api) -> Any:
        async with session.get("/api/health") as response:
            return response.status, response.content_type, (await response.json())["detail"]

    expected = (503, "application/problem+json", "Nothing is deployed yet: run make up.")
    assert with_api(tmp_path, visit, deployed=False) == expected


def test_error_of_the_front_door_returns_500(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """If the outputs file is a folder, the response is 500, and the log states the reason in one line."""
    (tmp_path / "outputs.json").mkdir()

    async def visit(session: aiohttp.ClientSession, api: Api) -> Any:
        async with session.get("/api/health") as response:
            return response.status, response.content_type

    assert with_api(tmp_path, visit, deployed=False) == (500, "application/problem+json")
    assert [(record.exc_info, "Is a directory" in record.message) for record in caplog.records] == [
        (None, True)
    ]
