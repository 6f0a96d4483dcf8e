"""The front door: one address on this machine for everything that the platform serves."""

from __future__ import annotations

import asyncio
import json
import logging
import signal
from base64 import urlsafe_b64decode
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Any, cast

from aiohttp import (
    ClientError,
    ClientPayloadError,
    ClientResponse,
    ClientSession,
    ClientTimeout,
    DummyCookieJar,
    TCPConnector,
    web,
)
from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

from local.front_door import websocket
from local.machine.ports import LOOPBACK

logger = logging.getLogger(__name__)

PREFIX = "/api"
SOCKET = "/ws"

UPSTREAM_CONNECTIONS = 16
"""Requests that the emulator gets at a time, half of the invocations that it can run; others wait here."""

UPSTREAM_SECONDS = 35.0
"""Longest silence of the emulator: an HTTP API gives its integration 30 seconds."""

HEADER_BYTES = 32 * 1024
BACKLOG = 1024

HOP_BY_HOP = frozenset(
    {
        "connection",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
"""Headers that speak of one connection and go no further (RFC 9110, 7.6.1)."""

OWN_HEADERS = frozenset({"host", "expect"})
"""Headers of a request that each hop says anew."""

AUTOMATIC_HEADERS = ("Accept", "Accept-Encoding", "Content-Type", "User-Agent")
"""Headers that the HTTP client would add where the browser sent none."""

SHUTDOWN_SECONDS = 3.0
"""What answers under way get to be finished."""


@dataclass
class Origin:
    """Where the APIs are, read from the stack's outputs whenever they change.

    Attributes:
        outputs: the file with the stack's outputs as JSON.
    """

    outputs: Path
    _version: tuple[int, int] | None = field(default=None, init=False)
    _found: dict[str, Any] = field(default_factory=dict[str, Any], init=False)

    def address(self, output: str) -> str | None:
        """The address of a stage, such as `apiUrl`; None while nothing is deployed."""
        try:
            stat = self.outputs.stat()
        except FileNotFoundError:
            return None
        version = (stat.st_ino, stat.st_mtime_ns)
        if version != self._version:
            # Written by rename: the content is always whole.
            self._found = _outputs(self.outputs.read_bytes())
            self._version = version
        url = self._found.get(output)
        return url if isinstance(url, str) else None


@dataclass(frozen=True)
class Upstream:
    """The front door's connections to the emulator: a few for requests, and one for each WebSocket."""

    requests: ClientSession
    sockets: ClientSession


class FrontDoor:
    """Passes `/api/*` on to the HTTP API and `/ws` to the WebSocket API.

    A path is never rewritten, as the stages are called `api` and `ws`.
    """

    def __init__(self, outputs: Path, connections: int = UPSTREAM_CONNECTIONS) -> None:
        self._origin = Origin(outputs)
        self._connections = connections

    @asynccontextmanager
    async def listening(self, port: int) -> AsyncGenerator[None]:
        """Serve the port of this machine alone; it owns its connections to the emulator."""
        async with self._connected() as requests, websocket.connected() as sockets:
            server = self._server(Upstream(requests, sockets))
            runner = web.ServerRunner(server, shutdown_timeout=SHUTDOWN_SECONDS)
            await runner.setup()
            try:
                await web.TCPSite(runner, LOOPBACK, port, backlog=BACKLOG).start()
                yield
            finally:
                await runner.cleanup()

    def _connected(self) -> ClientSession:
        return ClientSession(
            # Idle connections go before the emulator would close them, so that none is used too late.
            connector=TCPConnector(limit=self._connections, keepalive_timeout=15),
            timeout=ClientTimeout(total=None, sock_connect=5, sock_read=UPSTREAM_SECONDS),
            cookie_jar=DummyCookieJar(),
            auto_decompress=False,
            skip_auto_headers=AUTOMATIC_HEADERS,
            max_line_size=HEADER_BYTES,
            max_field_size=HEADER_BYTES,
        )

    def _server(self, upstream: Upstream) -> web.Server:
        async def answer(request: web.BaseRequest) -> web.StreamResponse:
            return await self._answer(request, upstream)

        return Listener(
            answer,
            access_log=None,
            # A caller who has gone away frees the connection to the emulator.
            handler_cancellation=True,
            # Bodies pass as they are, compressed ones too.
            auto_decompress=False,
            max_line_size=HEADER_BYTES,
            max_field_size=HEADER_BYTES,
        )

    async def _answer(self, request: web.BaseRequest, upstream: Upstream) -> web.StreamResponse:
        is_socket = request.path == SOCKET
        if not (is_socket or request.path == PREFIX or request.path.startswith(f"{PREFIX}/")):
            return problem(
                HTTPStatus.NOT_FOUND,
                f"Nothing is served at {request.path}: the API is under {PREFIX}/, the site comes later.",
            )
        stage = self._origin.address("webSocketUrl" if is_socket else "apiUrl")
        if stage is None:
            return problem(HTTPStatus.SERVICE_UNAVAILABLE, "Nothing is deployed yet: run make up.", retry=5)
        if not is_token_like(request.headers.get("Authorization", "")):
            return web.json_response({"message": "Unauthorized"}, status=HTTPStatus.UNAUTHORIZED)
        if not await _is_expectation_met(request):
            return problem(HTTPStatus.EXPECTATION_FAILED, "The only Expect that is met is 100-continue.")
        prefix = SOCKET if is_socket else PREFIX
        url = URL(stage.removesuffix(prefix) + request.rel_url.raw_path_qs, encoded=True)
        return await self._pass_on(request, upstream, url)

    async def _pass_on(self, request: web.BaseRequest, upstream: Upstream, url: URL) -> web.StreamResponse:
        try:
            if request.path == SOCKET:
                return await websocket.relay(request, upstream.sockets, url, forwarded_headers(request))
            return await _forward(request, upstream.requests, url)
        except TimeoutError:
            return problem(
                HTTPStatus.GATEWAY_TIMEOUT, f"The emulator at {url.origin()} did not answer in time."
            )
        except ClientError as error:
            logger.warning("%s %s: %s", request.method, url.with_query(None), error)
            hint = "Try again in a moment; make status tells whether it runs, make up starts it."
            detail = f"The emulator at {url.origin()} does not answer. {hint}"
            return problem(HTTPStatus.BAD_GATEWAY, detail, retry=2)


class Conversation(web.RequestHandler):
    """A caller's connection; what never reaches an answer ends as a problem too, in one line of the log."""

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Answer what is no HTTP with 400, and a mistake of our own with 500."""
        why = one_line(message or repr(exc))
        logger.warning("%s %s: %s %s", request.method, request.rel_url, status, why)
        if request.writer.output_size > 0:  # Half an answer must not look like a whole one.
            raise ConnectionError(why)
        answer = problem(HTTPStatus(status), f"The front door cannot answer this request: {why}.")
        answer.force_close()
        return answer


class Listener(web.Server):
    """Has each connection answered by a `Conversation`."""

    def __call__(self) -> web.RequestHandler:
        """A new connection's handler."""
        return Conversation(self, loop=self._loop, **self._kwargs)


def is_token_like(authorization: str) -> bool:
    """Whether the gateway's authorizer can read the header at all.

    The emulator fails on a token whose header or claims are JSON, and no object; AWS answers 401.
    """
    for part in authorization.rpartition(" ")[2].split(".")[:2]:
        try:
            content: Any = json.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4)))
        except (ValueError, RecursionError):
            continue  # The authorizer refuses that by itself.
        if not isinstance(content, dict):
            return False
    return True


def _outputs(content: bytes) -> dict[str, Any]:
    """The stack's outputs; none where they cannot be read."""
    try:
        found: Any = json.loads(content)
    except ValueError:
        return {}
    return cast("dict[str, Any]", found) if isinstance(found, dict) else {}


def forwarded_headers(request: web.BaseRequest) -> CIMultiDict[str]:
    """The request's headers as the origin gets them."""
    headers = end_to_end(request.headers)
    for name in OWN_HEADERS:
        headers.popall(name, None)
    came_from = request.headers.getall("X-Forwarded-For", [])
    headers["X-Forwarded-For"] = ", ".join([*came_from, request.remote or LOOPBACK])
    headers["X-Forwarded-Proto"] = request.scheme
    return headers


def end_to_end(headers: CIMultiDictProxy[str]) -> CIMultiDict[str]:
    """The headers without those that belong to one connection."""
    named = {name.strip().lower() for line in headers.getall("Connection", []) for name in line.split(",")}
    return CIMultiDict(
        (name, value) for name, value in headers.items() if name.lower() not in HOP_BY_HOP | named
    )


def problem(status: HTTPStatus, detail: str, retry: int | None = None) -> web.Response:
    """An error of the front door's own, as problem details (RFC 9457); retry is in seconds."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": status.phrase,
        "status": status.value,
        "detail": detail,
    }
    headers = {} if retry is None else {"Retry-After": str(retry)}
    content = json.dumps(body).encode()
    return web.Response(status=status, body=content, headers=headers, content_type="application/problem+json")


def one_line(text: str) -> str:
    """The text on one line of at most 200 characters."""
    return " ".join(text.split())[:200].rstrip(".")


def serve(port: int, outputs: Path) -> None:
    """Serve until told to end."""
    logging.basicConfig(format="%(asctime)s %(levelname)s %(message)s")
    _allow_many_connections()
    asyncio.run(_serve(port, outputs))


async def _serve(port: int, outputs: Path) -> None:
    told = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, told.set)
    async with FrontDoor(outputs).listening(port):
        await told.wait()


async def _is_expectation_met(request: web.BaseRequest) -> bool:
    """Whether the caller may go on with the body; one who waits to be told so is."""
    expected = request.headers.get("Expect")
    if expected is None:
        return True
    if expected.lower() != "100-continue":
        return False
    await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    # Nothing of the answer itself is out yet.
    request.writer.output_size = 0
    return True


async def _forward(request: web.BaseRequest, session: ClientSession, url: URL) -> web.StreamResponse:
    async with session.request(
        request.method,
        url,
        headers=forwarded_headers(request),
        data=request.content if request.can_read_body else None,
        allow_redirects=False,
    ) as upstream:
        return await _relay(request, upstream)


async def _relay(request: web.BaseRequest, upstream: ClientResponse) -> web.StreamResponse:
    response = web.StreamResponse(
        status=upstream.status, reason=upstream.reason, headers=end_to_end(upstream.headers)
    )
    try:
        await response.prepare(request)
        async for chunk in upstream.content.iter_any():
            await response.write(chunk)
        await response.write_eof()
    except (ClientPayloadError, ConnectionResetError):
        # Half an answer must not look like a whole one.
        if request.transport is not None:
            request.transport.abort()
    return response


def _allow_many_connections() -> None:
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 4 * BACKLOG if hard == resource.RLIM_INFINITY else min(4 * BACKLOG, hard)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
