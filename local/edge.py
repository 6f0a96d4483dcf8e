"""The front door: one address on this machine for everything that the platform serves."""

from __future__ import annotations

import json
import logging
from base64 import urlsafe_b64decode
from collections.abc import AsyncIterator
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

from local.ports import LOOPBACK

logger = logging.getLogger(__name__)

PREFIX = "/api"

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

SESSION = web.AppKey("session", ClientSession)


@dataclass
class Origin:
    """Where the HTTP API is, read from the stack's outputs whenever they change.

    Attributes:
        outputs: the file with the stack's outputs as JSON.
    """

    outputs: Path
    _version: tuple[int, int] | None = field(default=None, init=False)
    _api_url: str | None = field(default=None, init=False)

    @property
    def api_url(self) -> str | None:
        """The address of the API's stage; None while nothing is deployed."""
        try:
            stat = self.outputs.stat()
        except FileNotFoundError:
            return None
        version = (stat.st_ino, stat.st_mtime_ns)
        if version != self._version:
            # Written by rename: the content is always whole.
            self._api_url = _api_url(self.outputs.read_bytes())
            self._version = version
        return self._api_url


class FrontDoor:
    """Passes `/api/*` on to the HTTP API; a path is never rewritten, as the stage is called `api`."""

    def __init__(self, outputs: Path, connections: int = UPSTREAM_CONNECTIONS) -> None:
        self._origin = Origin(outputs)
        self._connections = connections

    def app(self) -> web.Application:
        """The web application; it owns its connections to the emulator."""
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._answer)
        app.cleanup_ctx.append(self._connected)
        return app

    async def _connected(self, app: web.Application) -> AsyncIterator[None]:
        async with ClientSession(
            # Idle connections go before the emulator would close them, so that none is used too late.
            connector=TCPConnector(limit=self._connections, keepalive_timeout=15),
            timeout=ClientTimeout(total=None, sock_connect=5, sock_read=UPSTREAM_SECONDS),
            cookie_jar=DummyCookieJar(),
            auto_decompress=False,
            skip_auto_headers=AUTOMATIC_HEADERS,
            max_line_size=HEADER_BYTES,
            max_field_size=HEADER_BYTES,
        ) as app[SESSION]:
            yield

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        if request.path != PREFIX and not request.path.startswith(f"{PREFIX}/"):
            return problem(
                HTTPStatus.NOT_FOUND,
                f"Nothing is served at {request.path}: the API is under {PREFIX}/, the site comes later.",
            )
        api_url = self._origin.api_url
        if api_url is None:
            return problem(HTTPStatus.SERVICE_UNAVAILABLE, "Nothing is deployed yet: run make up.", retry=5)
        if not is_token_like(request.headers.get("Authorization", "")):
            return web.json_response({"message": "Unauthorized"}, status=HTTPStatus.UNAUTHORIZED)
        return await self._forward(request, api_url)

    async def _forward(self, request: web.Request, api_url: str) -> web.StreamResponse:
        url = URL(api_url.removesuffix(PREFIX) + request.rel_url.raw_path_qs, encoded=True)
        try:
            async with request.app[SESSION].request(
                request.method,
                url,
                headers=forwarded_headers(request),
                data=request.content if request.can_read_body else None,
                allow_redirects=False,
            ) as upstream:
                return await _relay(request, upstream)
        except TimeoutError:
            return problem(
                HTTPStatus.GATEWAY_TIMEOUT, f"The emulator at {url.origin()} did not answer in time."
            )
        except ClientError as error:
            logger.warning("%s %s: %s", request.method, url, error)
            hint = "Try again in a moment; make status tells whether it runs, make up starts it."
            detail = f"The emulator at {url.origin()} does not answer. {hint}"
            return problem(HTTPStatus.BAD_GATEWAY, detail, retry=2)


def is_token_like(authorization: str) -> bool:
    """Whether the gateway's authorizer can read the header at all.

    The emulator fails on a token whose header or claims are JSON, and no object; AWS answers 401.
    """
    for part in authorization.removeprefix("Bearer ").split(".")[:2]:
        try:
            content: Any = json.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4)))
        except ValueError:
            continue  # The authorizer refuses that by itself.
        if not isinstance(content, dict):
            return False
    return True


def _api_url(outputs: bytes) -> str | None:
    """The API's address in the stack's outputs; None where they cannot be read."""
    try:
        found: Any = json.loads(outputs)
    except ValueError:
        return None
    return cast("dict[str, Any]", found).get("apiUrl") if isinstance(found, dict) else None


def forwarded_headers(request: web.Request) -> CIMultiDict[str]:
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


def serve(port: int, outputs: Path) -> None:
    """Serve until told to end."""
    logging.basicConfig(format="%(asctime)s %(levelname)s %(message)s")
    _allow_many_connections()
    web.run_app(
        FrontDoor(outputs).app(),
        host=LOOPBACK,
        port=port,
        shutdown_timeout=3,
        backlog=BACKLOG,
        access_log=None,
        print=None,
        # A caller who has gone away frees the connection to the emulator.
        handler_cancellation=True,
        # Bodies pass as they are, compressed ones too.
        auto_decompress=False,
        max_line_size=HEADER_BYTES,
        max_field_size=HEADER_BYTES,
    )


async def _relay(request: web.Request, upstream: ClientResponse) -> web.StreamResponse:
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
