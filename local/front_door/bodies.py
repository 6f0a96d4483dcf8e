"""Bodies. The front door reads a request, and the response of an API, completely before it passes it on.

API Gateway does the same: a function is invoked with a complete request and returns a complete response. A
caller that sends or receives slowly therefore occupies its own connection only. A large file of another
origin is sent in chunks as it arrives.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable, Generator
from contextlib import contextmanager
from dataclasses import dataclass

from aiohttp import ClientError, ClientResponse, StreamReader, web
from multidict import CIMultiDict

from local.front_door.headers import end_to_end

BODY_BYTES = 10 * 1024 * 1024
"""The limit of a body in both directions: an HTTP API's."""

RECEIVE_SECONDS = 30.0
"""The time for a caller to send a body."""

SEND_SECONDS = 30.0
"""The time for a caller to receive a response."""

MEMORY_BYTES = 128 * 1024 * 1024
"""The limit of all bodies together."""

SMALL_BYTES = 64 * 1024
"""The start of a body that does not count: a few large bodies do not prevent small ones."""


WITHOUT_BODY = frozenset({204, 304})
"""The statuses of responses that have no body."""


class TooLargeError(Exception):
    """A body exceeds `BODY_BYTES`."""


class BusyError(Exception):
    """All bodies together exceed `MEMORY_BYTES`."""


@dataclass(frozen=True)
class Complete:
    """A complete response."""

    status: int
    reason: str | None
    headers: CIMultiDict[str]
    body: bytes


@dataclass
class Memory:
    """The memory for bodies.

    Attributes:
        free: the number of bytes that are left.
    """

    free: int = MEMORY_BYTES

    @contextmanager
    def buffer(self) -> Generator[Buffer]:
        """Yield a buffer for one request and its response."""
        buffer = Buffer(self)
        try:
            yield buffer
        finally:
            self.free += buffer.counted


@dataclass
class Buffer:
    """The bodies of one request and its response.

    Attributes:
        memory: what the buffer is a part of.
        counted: the number of bytes that it has taken.
    """

    memory: Memory
    counted: int = 0

    async def receive(self, request: web.BaseRequest) -> bytes:
        """Return the body of a request.

        Raises:
            TooLargeError, BusyError: if it is too large.
            TimeoutError: if the caller does not send it in time.
            RequestPayloadError: if it is malformed.
        """
        if (request.content_length or 0) > BODY_BYTES:
            raise TooLargeError
        async with asyncio.timeout(RECEIVE_SECONDS):
            return await self._read(request.content)

    async def complete(self, response: ClientResponse) -> Complete:
        """Return a response of an origin with its body.

        Raises:
            TooLargeError, BusyError: if it is too large.
            ClientPayloadError: if it is incomplete.
        """
        body = await self._read(response.content)
        return Complete(response.status, response.reason, end_to_end(response.headers), body)

    async def _read(self, stream: StreamReader) -> bytes:
        body = bytearray()
        async for chunk in stream.iter_any():
            body += chunk
            if len(body) > BODY_BYTES:
                raise TooLargeError
            if len(body) > SMALL_BYTES:
                self._take(len(chunk))
        return bytes(body)

    def _take(self, count: int) -> None:
        if count > self.memory.free:
            raise BusyError
        self.memory.free -= count
        self.counted += count


async def send(request: web.BaseRequest, complete: Complete) -> web.StreamResponse:
    """Send a response to the caller; break the connection if the caller does not receive it in time."""
    if request.method != "HEAD" and complete.status not in WITHOUT_BODY:
        complete.headers["Content-Length"] = str(len(complete.body))
    response = web.StreamResponse(status=complete.status, reason=complete.reason, headers=complete.headers)
    with _whole_or_broken(request):
        async with asyncio.timeout(SEND_SECONDS):
            await response.prepare(request)
            await response.write(complete.body)
            await response.write_eof()
    return response


async def stream(
    request: web.BaseRequest, head: Complete, chunks: AsyncIterable[bytes]
) -> web.StreamResponse:
    """Send a response in chunks; break the connection if the caller does not receive one in time."""
    response = web.StreamResponse(status=head.status, reason=head.reason, headers=head.headers)
    with _whole_or_broken(request):
        await response.prepare(request)
        async for chunk in chunks:
            async with asyncio.timeout(SEND_SECONDS):
                await response.write(chunk)
        await response.write_eof()
    return response


@contextmanager
def _whole_or_broken(request: web.BaseRequest) -> Generator[None]:
    """Break the connection if a response cannot be sent completely: a partial one must not look complete."""
    try:
        yield
    except (TimeoutError, ClientError, ConnectionResetError):
        if request.transport is not None:
            request.transport.abort()
