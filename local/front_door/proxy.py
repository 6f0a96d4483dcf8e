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
from yarl import URL

from local.front_door import websocket
from local.front_door.headers import end_to_end, forwarded, has_readable_token
from local.machine.ports import loopbacks

logger = logging.getLogger(__name__)

API_PATH = "/api"
WEBSOCKET_PATH = "/ws"

UPSTREAM_CONNECTIONS = 16
"""Limit of concurrent requests to the emulator, half of its concurrent invocations; others wait here."""

UPSTREAM_SECONDS = 35.0
"""Read timeout for the emulator: an HTTP API limits an integration to 30 seconds."""

HEADER_BYTES = 32 * 1024
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

    def __init__(self, outputs: Path, connections: int = UPSTREAM_CONNECTIONS) -> None:
        self._stages = StageUrls(outputs)
        self._connections = connections

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
            connector=TCPConnector(limit=self._connections, keepalive_timeout=15),
            timeout=ClientTimeout(total=None, sock_connect=5, sock_read=UPSTREAM_SECONDS),
            cookie_jar=DummyCookieJar(),
            auto_decompress=False,
            skip_auto_headers=AUTOMATIC_HEADERS,
            max_line_size=HEADER_BYTES,
            max_field_size=HEADER_BYTES,
        )

    def _server(self, upstream: Upstream) -> web.Server:
        async def respond(request: web.BaseRequest) -> web.StreamResponse:
            return await self._respond(request, upstream)

        return Server(
            respond,
            access_log=None,
            # A caller that disconnects frees its connection to the emulator.
            handler_cancellation=True,
            # Bodies are forwarded as they are, compressed ones too.
            auto_decompress=False,
            max_line_size=HEADER_BYTES,
            max_field_size=HEADER_BYTES,
        )

    async def _respond(self, request: web.BaseRequest, upstream: Upstream) -> web.StreamResponse:
        is_socket = request.path == WEBSOCKET_PATH
        if not (is_socket or request.path == API_PATH or request.path.startswith(f"{API_PATH}/")):
            detail = f"Nothing is served at {request.path}: the API is under {API_PATH}/."
            return problem(HTTPStatus.NOT_FOUND, detail)
        stage = self._stages.get("webSocketUrl" if is_socket else "apiUrl")
        if stage is None:
            return problem(HTTPStatus.SERVICE_UNAVAILABLE, "Nothing is deployed yet: run make up.", retry=5)
        if not has_readable_token(request.headers.get("Authorization", "")):
            return web.json_response({"message": "Unauthorized"}, status=HTTPStatus.UNAUTHORIZED)
        if not await _meets_expectation(request):
            return problem(HTTPStatus.EXPECTATION_FAILED, "Expect supports 100-continue only.")
        prefix = WEBSOCKET_PATH if is_socket else API_PATH
        url = URL(stage.removesuffix(prefix) + request.rel_url.raw_path_qs, encoded=True)
        return await self._pass_on(request, upstream, url)

    async def _pass_on(self, request: web.BaseRequest, upstream: Upstream, url: URL) -> web.StreamResponse:
        try:
            if request.path == WEBSOCKET_PATH:
                return await websocket.relay(request, upstream.sockets, url, forwarded(request))
            return await _forward(request, upstream.requests, url)
        except TimeoutError:
            return problem(
                HTTPStatus.GATEWAY_TIMEOUT, f"The emulator at {url.origin()} did not respond in time."
            )
        except ClientError as error:
            logger.warning("%s %s: %s", request.method, url.with_query(None), error)
            hint = "Retry in a moment; make status shows whether it runs, make up starts it."
            detail = f"The emulator at {url.origin()} does not respond. {hint}"
            return problem(HTTPStatus.BAD_GATEWAY, detail, retry=2)


class Handler(web.RequestHandler):
    """A caller's connection; requests that aiohttp rejects return problem details and one log line too."""

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Return 400 for a malformed request and 500 for an error of the proxy."""
        reason = one_line(message or repr(exc))
        logger.warning("%s %s: %s %s", request.method, request.rel_url, status, reason)
        if request.writer.output_size > 0:  # A partial response must not look complete.
            raise ConnectionError(reason)
        response = problem(HTTPStatus(status), f"The front door cannot handle this request: {reason}.")
        response.force_close()
        return response


class Server(web.Server):
    """A server that handles each connection with `Handler`."""

    def __call__(self) -> web.RequestHandler:
        """Return the handler of a new connection."""
        return Handler(self, loop=self._loop, **self._kwargs)


def problem(status: HTTPStatus, detail: str, retry: int | None = None) -> web.Response:
    """Return an error of the proxy as problem details (RFC 9457); `retry` is in seconds."""
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
    """Return the text on one line of at most 200 characters."""
    return " ".join(text.split())[:200].rstrip(".")


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


async def _forward(request: web.BaseRequest, session: ClientSession, url: URL) -> web.StreamResponse:
    async with session.request(
        request.method,
        url,
        headers=forwarded(request),
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
        # A partial response must not look complete.
        if request.transport is not None:
            request.transport.abort()
    return response


def _raise_file_limit() -> None:
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = 4 * BACKLOG if hard == resource.RLIM_INFINITY else min(4 * BACKLOG, hard)
    if soft < needed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (needed, hard))
