"""One request and its response, through the parts of a distribution in CloudFront's order."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from uuid import uuid4

from aiohttp import ClientResponse, web
from multidict import CIMultiDict
from yarl import URL

from local.front_door import websocket
from local.front_door.bodies import Buffer, Complete, send, stream
from local.front_door.cache import ENTRY_BYTES, Entry, cache_key, lifetime, validators
from local.front_door.compression import compressed
from local.front_door.deployed import Distribution
from local.front_door.events import changed_request, generated, request_event, response_event
from local.front_door.headers import end_to_end
from local.front_door.origins import (
    CONDITIONAL,
    Origins,
    origin_headers,
    origin_query,
    origin_url,
    sign,
    via,
)
from local.front_door.plan import VIEWER_REQUEST, VIEWER_RESPONSE, Behavior, OriginKind
from local.front_door.selection import selected
from local.front_door.server import busy
from local.front_door.signatures import admitted
from local.front_door.viewer import Viewer

CHUNK_BYTES = 64 * 1024


@dataclass
class Exchange:
    """A request to a behavior of a distribution.

    Attributes:
        distribution: the deployed distribution, with its functions and its cache.
        origins: the connections to its origins.
        request: the request on its connection.
        behavior: the behavior that serves it.
        viewer: the request as functions and the origin see it.
        body: the request's body.
        buffer: the memory for bodies.
        id: identifies it in logs.
    """

    distribution: Distribution
    origins: Origins
    request: web.BaseRequest
    behavior: Behavior
    viewer: Viewer
    body: bytes
    buffer: Buffer
    id: str = field(default_factory=lambda: uuid4().hex)

    async def respond(self) -> web.StreamResponse:
        """Return the response, which is sent.

        Raises:
            RefusedError: if the behavior has key groups, and the request is not signed as it must be.
            EdgeFunctionError: if a function fails.
            TooLargeError, BusyError: if the origin's response is too large.
            ClientError, TimeoutError: if the origin does not respond.
        """
        if self.behavior.keys is not None:
            self.viewer = admitted(self.viewer, self.request.scheme, self.behavior.keys)
        result = await self._viewer_request()
        if result is not None:
            return await send(self.request, result)
        if self.request.headers.get("Upgrade", "").lower() == "websocket":
            return await self._relay()
        if self.behavior.cache.caches and self.viewer.method in {"GET", "HEAD"}:
            return await self._from_cache()
        return await self._pass_on()

    async def _viewer_request(self) -> Complete | None:
        """Run the function for viewer requests, and return the response if it generated one."""
        function = await self.distribution.function(self.behavior, VIEWER_REQUEST)
        if function is None:
            return None
        event = request_event(self.viewer, self._context(VIEWER_REQUEST))
        changed = changed_request(self.viewer, event, function.run(event))
        if isinstance(changed, Viewer):
            self.viewer = changed
            return None
        self._add_headers(changed.headers, "FunctionGeneratedResponse")
        return Complete(changed.status, None, changed.headers, changed.body or b"")

    async def _relay(self) -> web.StreamResponse:
        url, headers = self._origin_request(self.viewer, gzip=False)
        with busy(self.request):
            return await websocket.relay(self.request, self.origins.sockets, url, headers)

    async def _from_cache(self) -> web.StreamResponse:
        """Return a cached response; ask the origin if there is none or it is stale."""
        partial = self.viewer.method == "HEAD" or "Range" in self.viewer.headers
        gzip = self.behavior.cache.gzip and self.viewer.accepts_gzip and not partial
        key = cache_key(self.behavior, self.viewer, compressed=gzip)
        entry, fresh = self.distribution.cache.find(key)
        if entry is not None and fresh:
            headers = {"Age": str(self.distribution.cache.age(entry))}
            return await self._send(self._selected(entry, headers), _outcome(entry.status, "Hit"))
        if partial:
            return await self._pass_on()
        async with self._fetched(self._unconditional(entry), gzip=gzip) as response:
            if entry is not None and response.status == HTTPStatus.NOT_MODIFIED:
                entry, outcome = self._validated(entry, end_to_end(response.headers)), "RefreshHit"
            elif _is_small(response):
                entry, outcome = self._entry(await self._complete(response), gzip=gzip), "Miss"
            else:
                return await self._stream(response)
        self.distribution.cache.store(key, entry)
        return await self._send(self._selected(entry), _outcome(entry.status, outcome))

    async def _pass_on(self) -> web.StreamResponse:
        """Return the origin's response without the cache."""
        async with self._fetched(self.viewer, gzip=False) as response:
            if self.behavior.origin.kind is not OriginKind.API and not _is_small(response):
                return await self._stream(response)
            complete = await self._complete(response)
        return await self._send(complete, _outcome(complete.status, "Miss"))

    @asynccontextmanager
    async def _fetched(self, viewer: Viewer, *, gzip: bool) -> AsyncGenerator[ClientResponse]:
        """Yield the origin's response as soon as its headers have arrived."""
        url, headers = self._origin_request(viewer, gzip=gzip)
        fetched = self.origins.fetch(viewer, url, headers, self.body, self.behavior.origin)
        async with AsyncExitStack() as stack:
            with busy(self.request):
                response = await stack.enter_async_context(fetched)
            yield response

    async def _complete(self, response: ClientResponse) -> Complete:
        with busy(self.request):
            return await self.buffer.complete(response)

    def _origin_request(self, viewer: Viewer, *, gzip: bool) -> tuple[URL, CIMultiDict[str]]:
        plan, behavior = self.distribution.plan, self.behavior
        root = plan.root if viewer.path == "/" else ""
        viewer = replace(viewer, path=viewer.path + root)
        url = origin_url(behavior.origin, viewer, self.distribution.endpoint, origin_query(behavior, viewer))
        headers = origin_headers(plan, behavior, viewer, gzip=gzip)
        sign(plan, behavior, viewer, url, headers)
        return url, headers

    def _unconditional(self, entry: Entry | None) -> Viewer:
        """Return the request for a whole response, or for one that is newer than the entry."""
        headers = CIMultiDict(
            (name, value) for name, value in self.viewer.headers.items() if name.lower() not in CONDITIONAL
        )
        headers.update(entry.validators if entry else {})
        return replace(self.viewer, headers=headers)

    def _entry(self, complete: Complete, *, gzip: bool) -> Entry:
        """Return a response of the origin as an entry of the cache, compressed if it may be."""
        headers, now = complete.headers, self.distribution.cache.clock()
        seconds = lifetime(self.distribution.plan, self.behavior.cache, complete.status, headers, now)
        known = validators(headers)
        body = complete.body
        if gzip and self.behavior.compress:
            body = compressed(complete.status, headers, body)
        return Entry(complete.status, headers, body, now, now + seconds, known)

    def _validated(self, entry: Entry, headers: CIMultiDict[str]) -> Entry:
        """Return an entry that the origin declared valid, with the new time."""
        now = self.distribution.cache.clock()
        for name in ("Cache-Control", "Expires", "Date"):
            if name in headers:
                entry.headers[name] = headers[name]
        seconds = lifetime(self.distribution.plan, self.behavior.cache, entry.status, entry.headers, now)
        return replace(entry, stored=now, fresh_until=now + seconds)

    def _selected(self, entry: Entry, headers: dict[str, str] | None = None) -> Complete:
        complete = selected(self.viewer, entry)
        complete.headers.update(headers or {})
        return complete

    async def _send(self, complete: Complete, outcome: str) -> web.StreamResponse:
        return await send(self.request, await self._viewer_response(complete, outcome))

    async def _stream(self, response: ClientResponse) -> web.StreamResponse:
        """Send the origin's response as it arrives."""
        found = Complete(response.status, response.reason, end_to_end(response.headers), b"")
        head = await self._viewer_response(found, _outcome(response.status, "Miss"))
        if head.body:  # A function replaced the body.
            return await send(self.request, head)
        return await stream(self.request, head, response.content.iter_chunked(CHUNK_BYTES))

    async def _viewer_response(self, complete: Complete, outcome: str) -> Complete:
        """Add CloudFront's headers and the policy's, and run the function for viewer responses."""
        self._add_headers(complete.headers, outcome)
        self.behavior.headers.apply(complete.headers)
        function = await self.distribution.function(self.behavior, VIEWER_RESPONSE)
        if function is None or complete.status >= HTTPStatus.BAD_REQUEST:
            return complete
        context = self._context(VIEWER_RESPONSE)
        event = response_event(self.viewer, context, complete.status, complete.headers)
        result = generated(function.run(event))
        body = complete.body if result.body is None else result.body
        return Complete(result.status, None, result.headers, body)

    def _add_headers(self, headers: CIMultiDict[str], outcome: str) -> None:
        headers["X-Cache"] = f"{outcome} from cloudfront"
        headers["Via"] = via(self.distribution.plan, headers.getall("Via", []))
        headers["X-Amz-Cf-Id"] = self.id
        headers.setdefault("Server", "CloudFront")

    def _context(self, event_type: str) -> dict[str, str]:
        return {
            "distributionDomainName": self.distribution.plan.domain,
            "distributionId": self.distribution.plan.id,
            "eventType": event_type,
            "requestId": self.id,
        }


def _is_small(response: ClientResponse) -> bool:
    """Return whether a response fits into the cache."""
    return response.content_length is not None and response.content_length <= ENTRY_BYTES


def _outcome(status: int, outcome: str) -> str:
    return "Error" if status >= HTTPStatus.BAD_REQUEST else outcome
