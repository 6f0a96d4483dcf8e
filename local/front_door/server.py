"""The server side of the front door: connections, and responses to requests that it cannot forward.

A slow caller must not delay others: every wait for a caller ends, and a caller that waits for nothing but
itself gives its connection to another one when there are too many.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any

from aiohttp import web
from aiohttp.http_exceptions import LineTooLong

logger = logging.getLogger(__name__)

CONNECTIONS = 1024
"""The limit of connections. Beyond it, the one that waits longest for its caller is closed."""

HEADER_BYTES = 20_480
"""The limit of the request line and the headers together: CloudFront's."""

URL_BYTES = 8_192
"""The limit of a URL: CloudFront's."""

IDLE_SECONDS = 30.0
"""The time for a request line with headers, counted from the connection or from the last response."""

LINGERING_SECONDS = 2.0
"""The time to discard the body of a request that has its response already."""


class Handler(web.RequestHandler):
    """A caller's connection; requests that aiohttp rejects return problem details and one log line too.

    Attributes:
        server: the server that the connection belongs to.
    """

    def __init__(self, server: Server, **options: Any) -> None:
        super().__init__(server, **options)
        self.server = server

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Return 400 for a malformed request, 413 for long headers and 500 for an error of the proxy."""
        reason = one_line(message or repr(exc))
        if isinstance(exc, LineTooLong):
            status = HTTPStatus.CONTENT_TOO_LARGE
        logger.warning("%s %s: %s %s", request.method, one_line(str(request.rel_url)), status, reason)
        if request.writer.output_size > 0:  # A partial response must not look complete.
            raise ConnectionError(reason)
        response = problem(HTTPStatus(status), f"The front door cannot handle this request: {reason}.")
        response.force_close()
        return response


class Server(web.Server):
    """A server that handles each connection with `Handler`, within the limits of this module.

    Args:
        respond: returns the response to a request.
        connections: the limit of connections.
    """

    def __init__(
        self,
        respond: Callable[[web.BaseRequest], Awaitable[web.StreamResponse]],
        connections: int = CONNECTIONS,
    ) -> None:
        super().__init__(
            respond,
            access_log=None,
            # A caller that disconnects frees its connection to the emulator.
            handler_cancellation=True,
            # Bodies are forwarded as they are, compressed ones too.
            auto_decompress=False,
            max_line_size=HEADER_BYTES,
            max_field_size=HEADER_BYTES,
            keepalive_timeout=IDLE_SECONDS,
            lingering_time=LINGERING_SECONDS,
        )
        self._limit = connections
        self._waiting: dict[web.RequestHandler, asyncio.Transport] = {}
        """The connections whose caller has to act, the one that waits longest first."""

    def __call__(self) -> web.RequestHandler:
        """Return the handler of a new connection."""
        return Handler(self, loop=self._loop, **self._kwargs)

    def connection_made(self, handler: web.RequestHandler, transport: asyncio.Transport) -> None:
        """Add a connection; if there are too many, close the one that waits longest for its caller."""
        super().connection_made(handler, transport)
        self._waiting[handler] = transport
        if len(self.connections) > self._limit:
            oldest = next(iter(self._waiting))
            self._waiting.pop(oldest).abort()

    def connection_lost(self, handler: web.RequestHandler, exc: BaseException | None = None) -> None:
        """Remove a connection."""
        super().connection_lost(handler, exc)
        self._waiting.pop(handler, None)

    @contextmanager
    def busy(self, handler: web.RequestHandler) -> Generator[None]:
        """Keep the connection as long as its caller waits for the response."""
        transport = self._waiting.pop(handler, None)
        try:
            yield
        finally:
            if transport is not None and handler in self.connections:
                self._waiting[handler] = transport


@contextmanager
def busy(request: web.BaseRequest) -> Generator[None]:
    """Keep the request's connection: its caller waits for the response, or has a WebSocket."""
    handler = request.protocol
    if not isinstance(handler, Handler):
        raise TypeError(f"{handler!r} is not a connection of the front door")
    with handler.server.busy(handler):
        yield


def refusal(request: web.BaseRequest) -> web.Response | None:
    """Return the response to a request that no origin would get, or None.

    CloudFront returns 413 for a URL or headers that are too long. Transfer codings other than `chunked` are
    optional for a server (RFC 9112, 6.1). Only proxies receive a target that is not a path (RFC 9112, 3.2).
    """
    if not request.raw_path.startswith("/"):
        return problem(HTTPStatus.BAD_REQUEST, "The target of a request must be a path.")
    headers = sum(len(name) + len(value) + 4 for name, value in request.raw_headers)
    url = len(request.raw_path)
    if url > URL_BYTES or headers + url > HEADER_BYTES:
        detail = f"A URL has at most {URL_BYTES} bytes, and a request without its body {HEADER_BYTES}."
        return problem(HTTPStatus.CONTENT_TOO_LARGE, detail)
    if request.headers.get("Transfer-Encoding", "chunked").strip().lower() != "chunked":
        return problem(HTTPStatus.NOT_IMPLEMENTED, "Transfer-Encoding supports chunked only.")
    return None


def problem(status: HTTPStatus, detail: str, retry: int | None = None) -> web.Response:
    """Return an error of the proxy as problem details (RFC 9457); `retry` is in seconds."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": status.phrase,
        "status": status.value,
        "detail": detail,
    }
    headers = {"X-Cache": "Error from cloudfront"}
    if retry is not None:
        headers["Retry-After"] = str(retry)
    content = json.dumps(body).encode()
    return web.Response(status=status, body=content, headers=headers, content_type="application/problem+json")


def one_line(text: str) -> str:
    """Return the text on one line of at most 200 characters."""
    return " ".join(text.split())[:200].rstrip(".")
