"""The front door, before a small API on a real port that answers as the emulator's stage would."""

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
import pytest
from aiohttp import web

from local.front_door.proxy import HEADER_BYTES, FrontDoor
from local.machine.ports import free_port

STAGE = "/_aws/execute-api/abc123/api"


@dataclass
class Api:
    """An upstream that tells what reached it and counts how much it does at a time."""

    active: int = 0
    most: int = 0
    cancelled: asyncio.Event = field(default_factory=asyncio.Event)

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_route("*", f"{STAGE}/slow", self.slow)
        app.router.add_route("*", f"{STAGE}/forever", self.forever)
        app.router.add_route("*", f"{STAGE}/half", self.half)
        app.router.add_route("*", f"{STAGE}/nothing", self.nothing)
        app.router.add_route("*", f"{STAGE}/packed", self.packed)
        app.router.add_route("*", "/{path:.*}", self.echo)
        return app

    async def echo(self, request: web.Request) -> web.Response:
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
        await asyncio.sleep(0.01)
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

    async def packed(self, request: web.Request) -> web.Response:
        body = gzip.compress(await request.read())
        return web.Response(body=body, headers={"Content-Encoding": "gzip", "Content-Type": "text/plain"})


@asynccontextmanager
async def serving(app: web.Application) -> AsyncIterator[str]:
    """The address at which the application is served."""
    port = free_port()
    runner = web.AppRunner(
        app, handler_cancellation=True, auto_decompress=False, shutdown_timeout=1, max_field_size=HEADER_BYTES
    )
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port, backlog=1024).start()
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        await runner.cleanup()


Visit = Callable[[aiohttp.ClientSession, Api], Awaitable[Any]]


def at_the_door(tmp_path: Path, visit: Visit, *, deployed: bool = True) -> Any:
    """What the visit answers, made with a session whose base is the front door, the API behind it."""

    async def run() -> Any:
        api = Api()
        outputs = tmp_path / "outputs.json"
        port = free_port()
        door = f"http://127.0.0.1:{port}"
        async with serving(api.app()) as upstream, FrontDoor(outputs).listening(port):
            if deployed:
                outputs.write_text(json.dumps({"apiUrl": upstream + STAGE}))
            connector = aiohttp.TCPConnector(limit=0)
            async with aiohttp.ClientSession(door, connector=connector, auto_decompress=False) as session:
                return await visit(session, api)

    return asyncio.run(run())


@pytest.mark.parametrize("method", ["GET", "POST", "PATCH", "PUT", "DELETE", "OPTIONS"])
def test_request_reaches_the_stage_as_it_was_sent(tmp_path: Path, method: str) -> None:
    """Method, path, query and body arrive unchanged, headers but for the hop's own, with the caller added."""

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
        async with session.request(method, url, headers=sent, data=body) as answer:
            return answer.status, answer.headers.getall("X-Own"), await answer.json()

    status, own, seen = at_the_door(tmp_path, visit)
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


def test_head_gives_headers_and_no_body(tmp_path: Path) -> None:
    """HEAD passes through with the length that GET would have, and without a body."""

    async def visit(session: aiohttp.ClientSession, api: Api) -> Any:
        async with session.head("/api/users") as answer:
            return answer.status, int(answer.headers["Content-Length"]) > 0, await answer.read()

    assert at_the_door(tmp_path, visit) == (203, True, b"")


def test_answer_without_content_passes(tmp_path: Path) -> None:
    """A 204 keeps its headers and the connection stays usable after it."""

    async def visit(session: aiohttp.ClientSession, api: Api) -> Any:
        answers = []
        for _ in range(2):
            async with session.delete("/api/nothing") as answer:
                answers.append((answer.status, answer.headers["X-Own"], await answer.read()))
        return answers

    assert at_the_door(tmp_path, visit) == [(204, "kept", b"")] * 2


def test_compressed_bodies_pass_unopened(tmp_path: Path) -> None:
    """A compressed request arrives as its bytes, and a compressed answer too."""
    packed = gzip.compress(b"hello")

    async def visit(session: aiohttp.ClientSession, api: Api) -> Any:
        headers = {"Content-Encoding": "gzip"}
        async with session.post("/api/packed", data=packed, headers=headers) as answer:
            return answer.headers["Content-Encoding"], await answer.read()

    encoding, body = at_the_door(tmp_path, visit)

    assert (encoding, gzip.decompress(gzip.decompress(body))) == ("gzip", b"hello")


def test_large_streamed_body_arrives_whole(tmp_path: Path) -> None:
    """A body of unknown length is passed on in pieces and nothing of it is lost."""

    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(64):
            yield b"y" * 16_384

    async def visit(session: aiohttp.ClientSession, api: Api) -> Any:
        async with session.post("/api/users", data=pieces()) as answer:
            return len((await answer.json())["body"])

    assert at_the_door(tmp_path, visit) == 64 * 16_384


def test_big_header_passes(tmp_path: Path) -> None:
    """A token of 12 KB, larger than any that Cognito issues, reaches the API."""
    token = "t" * 12_000

    async def visit(session: aiohttp.ClientSession, api: Api) -> Any:
        async with session.get("/api/users", headers={"Authorization": token}) as answer:
            return dict((await answer.json())["headers"])["authorization"]

    assert at_the_door(tmp_path, visit) == token


def test_500_concurrent_requests_queue_at_the_door(tmp_path: Path) -> None:
    """All are answered, each with its own answer, and the API never sees more than 16 at a time."""

    async def one(session: aiohttp.ClientSession, number: int) -> tuple[int, str]:
        async with session.get("/api/slow", params={"n": str(number)}) as answer:
            return answer.status, await answer.text()

    async def visit(session: aiohttp.ClientSession, api: Api) -> Any:
        return await asyncio.gather(*(one(session, number) for number in range(500))), api.most

    answers, most = at_the_door(tmp_path, visit)

    assert answers == [(200, str(number)) for number in range(500)]
    assert most == 16


def test_caller_who_leaves_frees_the_upstream(tmp_path: Path) -> None:
    """When the caller goes away, the request to the API ends as well."""

    async def visit(session: aiohttp.ClientSession, api: Api) -> Any:
        with pytest.raises(TimeoutError):
            await session.get("/api/forever", timeout=aiohttp.ClientTimeout(total=0.2))
        await asyncio.wait_for(api.cancelled.wait(), 5)
        return True

    assert at_the_door(tmp_path, visit)


def test_half_an_answer_is_not_passed_off_as_whole(tmp_path: Path) -> None:
    """When the API breaks off, the caller's connection breaks too."""

    async def visit(session: aiohttp.ClientSession, api: Api) -> Any:
        with pytest.raises(aiohttp.ClientPayloadError):
            async with session.get("/api/half") as answer:
                await answer.read()
        return True

    assert at_the_door(tmp_path, visit)


def test_path_outside_the_api_is_a_problem(tmp_path: Path) -> None:
    """Nothing but /api/ is passed on: not a look-alike, and not the emulator's own pages."""

    async def visit(session: aiohttp.ClientSession, api: Api) -> Any:
        answers = []
        for path in ("/", "/apis/users", "/_ministack/reset"):
            async with session.get(path) as answer:
                answers.append((answer.status, answer.content_type, await answer.json()))
        return answers

    expected = [
        (
            404,
            "application/problem+json",
            {
                "type": "about:blank",
                "title": "Not Found",
                "status": 404,
                "detail": f"Nothing is served at {path}: the API is under /api/, the site comes later.",
            },
        )
        for path in ("/", "/apis/users", "/_ministack/reset")
    ]
    assert at_the_door(tmp_path, visit) == expected


def test_path_with_dots_stays_under_the_stage(tmp_path: Path) -> None:
    """No path climbs out of the API's stage to the emulator's own pages."""

    async def visit(session: aiohttp.ClientSession, api: Api) -> Any:
        port = session._base_url.port
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET /api/../../_ministack/reset HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        answer = await reader.read()
        writer.close()
        await writer.wait_closed()
        return json.loads(answer.partition(b"\r\n\r\n")[2])["path"]

    assert at_the_door(tmp_path, visit) == f"{STAGE}/../../_ministack/reset"


def test_nothing_deployed_is_a_problem_with_the_way_out(tmp_path: Path) -> None:
    """Before the first deployment the door says so, and when to ask again."""

    async def visit(session: aiohttp.ClientSession, api: Api) -> Any:
        async with session.get("/api/health") as answer:
            return answer.status, answer.headers["Retry-After"], (await answer.json())["detail"]

    assert at_the_door(tmp_path, visit, deployed=False) == (503, "5", "Nothing is deployed yet: run make up.")


def test_dead_emulator_is_a_problem_that_names_it_until_it_is_back(tmp_path: Path) -> None:
    """A 502 names the emulator and says what to do; new outputs are used without a restart."""
    dead = f"http://127.0.0.1:{free_port()}"

    async def visit(session: aiohttp.ClientSession, api: Api) -> Any:
        outputs = tmp_path / "outputs.json"
        alive = outputs.read_text()
        outputs.with_suffix(".new").write_text(json.dumps({"apiUrl": dead + STAGE}))
        outputs.with_suffix(".new").rename(outputs)
        async with session.get("/api/health") as answer:
            down = answer.status, answer.content_type, answer.headers["Retry-After"], await answer.json()
        outputs.with_suffix(".new").write_text(alive)
        outputs.with_suffix(".new").rename(outputs)
        async with session.get("/api/health") as answer:
            return down, answer.status

    down, back = at_the_door(tmp_path, visit)
    detail = (
        f"The emulator at {dead} does not answer. "
        "Try again in a moment; make status tells whether it runs, make up starts it."
    )

    assert back == 203
    assert down == (
        502,
        "application/problem+json",
        "2",
        {"type": "about:blank", "title": "Bad Gateway", "status": 502, "detail": detail},
    )


async def raw(session: aiohttp.ClientSession, request: bytes) -> tuple[int, str, Any]:
    """Status, type and body of the answer to these very bytes."""
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
        (b"GET /api/health HTTP/1.1\r\nX: " + b"x" * 40_000 + b"\r\n" + CLOSE + b"\r\n", 400, 1),
        (b"GET /api/health HTTP/1.1\r\nExpect: foo\r\n" + CLOSE + b"\r\n", 417, 0),
        (b"POST /api/users HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" + CLOSE + b"\r\nzz\r\n", 400, 1),
    ],
    ids=["method", "asterisk", "header", "expectation", "chunk"],
)
def test_what_cannot_be_answered_is_a_problem_and_one_line(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, request_: bytes, status: int, lines: int
) -> None:
    """The door refuses as it does all else, as problem details, and never logs a traceback."""

    async def visit(session: aiohttp.ClientSession, api: Api) -> Any:
        return await raw(session, request_)

    assert at_the_door(tmp_path, visit) == (status, "application/problem+json", status)
    assert [record.exc_info for record in caplog.records] == [None] * lines
    assert sum(message.count("\n") for message in caplog.messages) == 0


def test_caller_who_waits_to_go_on_is_told_so(tmp_path: Path) -> None:
    """Expect: 100-continue is met at the door, and the body arrives."""

    async def visit(session: aiohttp.ClientSession, api: Api) -> Any:
        async with session.post("/api/users", data=b"hello", expect100=True) as answer:
            return answer.status, (await answer.json())["body"]

    assert at_the_door(tmp_path, visit) == (203, "hello")


@pytest.mark.parametrize(
    "authorization",
    ["Bearer W10.W10.W10", "bearer bnVsbA.e30.AA", "W10.W10.W10", "Bearer e30.W10.AA", "Bearer NQ.e30.AA"],
)
def test_token_of_json_that_is_no_object_is_unauthorized(tmp_path: Path, authorization: str) -> None:
    """What the gateway's authorizer would fail on is answered as API Gateway answers it."""

    async def visit(session: aiohttp.ClientSession, api: Api) -> Any:
        async with session.get("/api/users", headers={"Authorization": authorization}) as answer:
            return answer.status, answer.content_type, await answer.json()

    assert at_the_door(tmp_path, visit) == (401, "application/json", {"message": "Unauthorized"})


@pytest.mark.parametrize("authorization", ["Bearer e30.e30.AA", "Basic YTpi", "garbage", "Bearer é.ü.ö", ""])
def test_every_other_token_is_the_gateways_to_judge(tmp_path: Path, authorization: str) -> None:
    """Whether a token is any good is never decided at the door."""

    async def visit(session: aiohttp.ClientSession, api: Api) -> Any:
        async with session.get("/api/users", headers={"Authorization": authorization}) as answer:
            return answer.status

    assert at_the_door(tmp_path, visit) == 203


@pytest.mark.parametrize("outputs", ["{", "[]", "{}", '{"apiUrl": 5}', ""])
def test_outputs_that_cannot_be_read_are_a_problem(tmp_path: Path, outputs: str) -> None:
    """A broken outputs file is as good as none: the answer says how to get another."""
    (tmp_path / "outputs.json").write_text(outputs)

    async def visit(session: aiohttp.ClientSession, api: Api) -> Any:
        async with session.get("/api/health") as answer:
            return answer.status, answer.content_type, (await answer.json())["detail"]

    expected = (503, "application/problem+json", "Nothing is deployed yet: run make up.")
    assert at_the_door(tmp_path, visit, deployed=False) == expected


def test_mistake_of_the_doors_own_is_a_problem_and_one_line(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Where the outputs are a folder, of all things, the answer is 500 and the log says why."""
    (tmp_path / "outputs.json").mkdir()

    async def visit(session: aiohttp.ClientSession, api: Api) -> Any:
        async with session.get("/api/health") as answer:
            return answer.status, answer.content_type

    assert at_the_door(tmp_path, visit, deployed=False) == (500, "application/problem+json")
    assert [(record.exc_info, "Is a directory" in record.message) for record in caplog.records] == [
        (None, True)
    ]
