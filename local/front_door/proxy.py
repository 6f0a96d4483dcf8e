"""The proxy: one address on this machine for everything that the platform serves."""

from __future__ import annotations

import asyncio
import json
import logging
import signal
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from io import BytesIO
from pathlib import Path
from typing import Any, cast

from aiohttp import (
    ClientError,
    ClientSession,
    ClientTimeout,
    DummyCookieJar,
    TCPConnector,
    web,
)
from yarl import URL

from local.front_door import websocket
from local.front_door.bodies import (
    BODY_BYTES,
    RECEIVE_SECONDS,
    ApiResponse,
    Buffer,
    BusyError,
    Memory,
    TooLargeError,
    send,
)
from local.front_door.headers import forwarded
from local.front_door.server import CONNECTIONS, HEADER_BYTES, Server, busy, one_line, problem, refusal
from local.machine.ports import loopbacks

logger = logging.getLogger(__name__)

API_PATH = "/api"
WEBSOCKET_PATH = "/ws"

UPSTREAM_CONNECTIONS = 16
"""Limit of concurrent requests to the emulator, below its limit of processes; others wait here."""

UPSTREAM_SECONDS = 35.0
"""Read timeout for the emulator: an HTTP API limits an integration to 30 seconds."""

BACKLOG = 1024

AUTOMATIC_HEADERS = ("Accept", "Accept-Encoding", "Content-Type", "User-Agent")
"""Headers that the HTTP client adds by default if the caller sent none."""

SHUTDOWN_SECONDS = 3.0
"""The time to finish active responses on a stop."""


@dataclass
class StageUrls:
    """The URLs of the APIs' stages, read again from the stack's outputs when the file changes.

    Attributes:
        outputs: the file with the stack's outputs as JSON.
    """

    outputs: Path
    _version: tuple[int, int] | None = field(default=None, init=False)
    _found: dict[str, Any] = field(default_factory=dict[str, Any], init=False)

    def get(self, output: str) -> str | None:
        """Return the URL in an output such as `apiUrl`, or None if nothing is deployed."""
        try:
            stat = self.outputs.stat()
        except FileNotFoundError:
            return None
        version = (stat.st_ino, stat.st_mtime_ns)
        if version != self._version:
            # The file is replaced by a rename: its content is always complete.
            self._found = _outputs(self.outputs.read_bytes())
            self._version = version
        url = self._found.get(output)
        return url if isinstance(url, str) else None


@dataclass(frozen=True)
class Upstream:
    """The connections to the emulator: a limited pool for requests, and one for each WebSocket."""

    requests: ClientSession
    sockets: ClientSession


class Proxy:
    """Forwards `/api/*` to the HTTP API and `/ws` to the WebSocket API.

    Paths stay as they are, because the stages are called `api` and `ws`.
    """

    def __init__(
        self, outputs: Path, upstream: int = UPSTREAM_CONNECTIONS, connections: int = CONNECTIONS
    ) -> None:
        self._stages = StageUrls(outputs)
        self._upstream = upstream
        self._connections = connections
        self._memory = Memory()

    @asynccontextmanager
    async def listening(self, port: int) -> AsyncGenerator[None]:
        """Serve the port on all addresses of `localhost`; 127.0.0.1 is last."""
        async with self._connected() as requests, websocket.connected() as sockets:
            server = self._server(Upstream(requests, sockets))
            runner = web.ServerRunner(server, shutdown_timeout=SHUTDOWN_SECONDS)
            await runner.setup()
            try:
                for host in loopbacks():
                    await web.TCPSite(runner, host, port, backlog=BACKLOG).start()
                yield
            finally:
                await runner.cleanup()

    def _connected(self) -> ClientSession:
        return ClientSession(
            # Closes idle connections before the emulator does, so that no request uses a closed one.
            connector=TCPConnector(limit=self._upstream, keepalive_timeout=15),
            timeout=ClientTimeout(total=None, sock_connect=5, sock_read=UPSTREAM_SECONDS),
            cookie_jar=DummyCookieJar(),
            auto_decompress=False,
            skip_auto_headers=AUTOMATIC_HEADERS,
            max_line_size=HEADER_BYTES,
            max_field_size=HEADER_BYTES,
        )

    def _server(self, upstream: Upstream) -> Server:
        async def respond(request: web.BaseRequest) -> web.StreamResponse:
            return refusal(request) or await self._respond(request, upstream)

        return Server(respond, self._connections)

    async def _respond(self, request: web.BaseRequest, upstream: Upstream) -> web.StreamResponse:
        is_socket = request.path == WEBSOCKET_PATH
        if not (is_socket or request.path == API_PATH or request.path.startswith(f"{API_PATH}/")):
            detail = f"Nothing is served at {request.path}: the API is under {API_PATH}/."
            return problem(HTTPStatus.NOT_FOUND, detail)
        stage = self._stages.get("webSocketUrl" if is_socket else "apiUrl")
        if stage is None:
            return problem(HTTPStatus.SERVICE_UNAVAILABLE, "Nothing is deployed yet: run make up.", retry=5)
        if not await _meets_expectation(request):
            return problem(HTTPStatus.EXPECTATION_FAILED, "Expect supports 100-continue only.")
        prefix = WEBSOCKET_PATH if is_socket else API_PATH
        url = URL(stage.removesuffix(prefix) + request.rel_url.raw_path_qs, encoded=True)
        if is_socket:
            return await _relayed(request, upstream.sockets, url)
        return await self._exchange(request, upstream.requests, url)

    async def _exchange(
        self, request: web.BaseRequest, session: ClientSession, url: URL
    ) -> web.StreamResponse:
        """Receive a request, forward it, and send the response; see `local.front_door.bodies`."""
        with self._memory.buffer() as buffer:
            body = await _received(request, buffer)
            if isinstance(body, web.Response):
                body.force_close()
                return body
            with busy(request):
                response = await _fetched(request, session, url, body, buffer)
            return response if isinstance(response, web.Response) else await send(request, response)


def serve(port: int, outputs: Path) -> None:
    """Serve until SIGTERM or SIGINT."""
    logging.basicConfig(format="%(asctime)s %(levelname)s %(message)s")
    _raise_file_limit()
    asyncio.run(_serve(port, outputs))


async def _serve(port: int, outputs: Path) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with Proxy(outputs).listening(port):
        await stop.wait()


def _outputs(content: bytes) -> dict[str, Any]:
    """Return the stack's outputs; empty if the content is not a JSON object."""
    try:
        found: Any = json.loads(content)
    except ValueError:
        return {}
    return cast("dict[str, Any]", found) if isinstance(found, dict) else {}


async def _meets_expectation(request: web.BaseRequest) -> bool:
    """Send 100 Continue if the request expects it; return false for any other expectation."""
    expected = request.headers.get("Expect")
    if expected is None:
        return True
    if expected.lower() != "100-continue":
        return False
    await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    # These bytes are not part of the response.
    request.writer.output_size = 0
    return True


async def _received(request: web.BaseRequest, buffer: Buffer) -> bytes | web.Response:
    """Return the request's body, or the response if there is none."""
    try:
        return await buffer.receive(request)
    except TooLargeError:
        return web.json_response({"message": "Request Entity Too Large"}, status=HTTPStatus.CONTENT_TOO_LARGE)
    except BusyError:
        return problem(HTTPStatus.SERVICE_UNAVAILABLE, "Too many large bodies arrive at once.", retry=5)
    except TimeoutError:
        detail = f"The body did not arrive within {RECEIVE_SECONDS:g} s."
        return problem(HTTPStatus.REQUEST_TIMEOUT, detail)
    except web.RequestPayloadError as error:
        return problem(HTTPStatus.BAD_REQUEST, f"The body is malformed: {one_line(str(error))}.")


async def _fetched(
    request: web.BaseRequest, session: ClientSession, url: URL, body: bytes, buffer: Buffer
) -> ApiResponse | web.Response:
    """Return the API's response, or the front door's if there is none."""
    options: dict[str, Any] = {"headers": forwarded(request), "allow_redirects": False}
    try:
        # None, because an empty body would get a Content-Length that the caller did not send.
        data = BytesIO(body) if body else None
        async with session.request(request.method, url, data=data, **options) as response:
            return await buffer.complete(response)
    except TooLargeError:
        detail = f"The response has more than {BODY_BYTES} bytes, the limit of an HTTP API."
        return problem(HTTPStatus.BAD_GATEWAY, detail)
    except BusyError:
        return problem(HTTPStatus.SERVICE_UNAVAILABLE, "Too many large bodies are sent at once.", retry=5)
    except (TimeoutError, ClientError) as error:
        return _unreachable(request, url, error)


def _unreachable(request: web.BaseRequest, url: URL, error: Exception) -> web.Response:
    """Return the response if the emulator does not respond."""
    if isinstance(error, TimeoutError):
        detail = f"The emulator at {url.origin()} did not respond in time."
        return problem(HTTPStatus.GATEWAY_TIMEOUT, detail)
    logger.warning("%s %s: %s", request.method, url.with_query(None), error)
    hint = "Retry in a moment; make status shows whether it runs, make up starts it."
    detail = f"The emulator at {url.origin()} does not respond. {hint}"
    return problem(HTTPStatus.BAD_GATEWAY, detail, retry=2)


async def _relayed(request: web.BaseRequest, session: ClientSession, url: URL) -> web.StreamResponse:
    try:
        with busy(request):
            return await websocket.relay(request, session, url, forwarded(request))
    except (TimeoutError, ClientError) as error:
        return _unreachable(request, url, error)


def _raise_file_limit() -> None:
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = 4 * BACKLOG if hard == resource.RLIM_INFINITY else min(4 * BACKLOG, hard)
    if soft < needed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (needed, hard))
