"""Requests to origins: where they go, and which headers they have."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from uuid import uuid4

from aiohttp import ClientResponse, ClientSession, ClientTimeout, DummyCookieJar, TCPConnector
from multidict import CIMultiDict
from yarl import URL

from local.front_door.headers import REPLACED
from local.front_door.plan import Behavior, Origin, OriginKind, Plan
from local.front_door.policies import Names
from local.front_door.server import HEADER_BYTES
from local.front_door.signing import signed
from local.front_door.viewer import GZIP, Viewer, joined_cookies

API_CONNECTIONS = 16
"""Limit of concurrent requests to APIs, below the emulator's limit of processes; others wait here."""

CONNECTIONS = 64
"""Limit of concurrent requests to other origins."""

CONNECT_SECONDS = 5.0

MARGIN_SECONDS = 5.0
"""How much longer than CloudFront the front door waits: the origin's own timeout explains more."""

AUTOMATIC_HEADERS = ("Accept", "Accept-Encoding", "Content-Type", "User-Agent")
"""Headers that the HTTP client adds by default if the request has none."""

USER_AGENT = "Amazon CloudFront"
"""The user agent of requests whose policy does not forward the viewer's."""

CONDITIONAL = frozenset(
    {"range", "if-match", "if-modified-since", "if-none-match", "if-range", "if-unmodified-since"}
)
"""Headers that always reach the origin, and a cached response evaluates itself."""

BODY_HEADERS = frozenset({"content-type", "content-encoding", "content-language", "content-length"})
"""Headers that belong to a request's body, and reach the origin with it."""

DISTRIBUTION = "X-Strata-Distribution"
"""The header of `local.emulator.extensions.origin_access`."""


@dataclass(frozen=True)
class Origins:
    """The connections to the origins of a distribution.

    Attributes:
        apis: a limited pool for requests to APIs.
        others: a pool for requests to buckets and to custom origins, which may take long.
        sockets: for WebSockets.
    """

    apis: ClientSession
    others: ClientSession
    sockets: ClientSession

    def session(self, origin: Origin) -> ClientSession:
        """Return the pool for requests to an origin."""
        return self.apis if origin.kind is OriginKind.API else self.others

    @asynccontextmanager
    async def fetch(
        self, viewer: Viewer, url: URL, headers: CIMultiDict[str], body: bytes, origin: Origin
    ) -> AsyncGenerator[ClientResponse]:
        """Yield the response of an origin.

        Raises:
            ClientError, TimeoutError: if the origin does not respond.
        """
        options: dict[str, Any] = {"headers": headers, "allow_redirects": False}
        # None, because an empty body would get a Content-Length that the viewer did not send.
        options["data"] = BytesIO(body) if body else None
        options["timeout"] = ClientTimeout(
            total=None, sock_connect=CONNECT_SECONDS, sock_read=origin.seconds + MARGIN_SECONDS
        )
        async with self.session(origin).request(viewer.method, url, **options) as response:
            yield response


def pool(limit: int) -> ClientSession:
    """Return a session with a limit of connections, which changes neither requests nor responses."""
    return ClientSession(
        # Closes idle connections before the emulator does, so that no request uses a closed one.
        connector=TCPConnector(limit=limit, keepalive_timeout=15),
        cookie_jar=DummyCookieJar(),
        auto_decompress=False,
        skip_auto_headers=AUTOMATIC_HEADERS,
        max_line_size=HEADER_BYTES,
        max_field_size=HEADER_BYTES,
    )


def origin_url(origin: Origin, viewer: Viewer, endpoint: str, query: str) -> URL:
    """Return the URL of a request at its origin. AWS's own are in the emulator at `endpoint`."""
    match origin.kind:
        case OriginKind.API:
            start = f"{endpoint}/_aws/execute-api/{origin.address}"
        case OriginKind.BUCKET:
            # The bucket's name comes first, so that no path is one of the emulator's own.
            start = f"{endpoint}/{origin.address}"
        case OriginKind.CUSTOM:
            start = origin.address
    return URL(f"{start}{origin.path}{viewer.path}{'?' if query else ''}{query}", encoded=True)


def origin_query(behavior: Behavior, viewer: Viewer) -> str:
    """Return the part of the query that reaches the origin."""
    names = behavior.forwarded.queries, behavior.cache.key.queries
    if Names("all") in names:
        return viewer.query
    return viewer.chosen_query(lambda name: any(name in chosen for chosen in names))


def origin_headers(plan: Plan, behavior: Behavior, viewer: Viewer, *, gzip: bool) -> CIMultiDict[str]:
    """Return the headers of a request to the behavior's origin.

    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/RequestAndResponseBehaviorCustomOrigin.html
    """
    headers = CIMultiDict(
        (name, value)
        for name, value in viewer.headers.items()
        if behavior.forwards(name.lower()) or name.lower() in CONDITIONAL | BODY_HEADERS
    )
    for name in (*REPLACED, "Cookie", "X-Forwarded-Proto", DISTRIBUTION):
        headers.popall(name, None)
    if behavior.cache.gzip:
        headers["Accept-Encoding"] = GZIP if gzip else "identity"
    if cookies := _cookies(behavior, viewer):
        headers["Cookie"] = cookies
    if behavior.forwards("host") and behavior.origin.kind is OriginKind.CUSTOM:
        headers["Host"] = viewer.host
    headers.setdefault("User-Agent", USER_AGENT)
    headers["X-Forwarded-For"] = ", ".join([*viewer.headers.getall("X-Forwarded-For", []), viewer.ip])
    headers["Via"] = via(plan, headers.getall("Via", []))
    headers["X-Amz-Cf-Id"] = uuid4().hex
    headers.update(behavior.origin.headers)
    return headers


def _cookies(behavior: Behavior, viewer: Viewer) -> str:
    """Return the cookies that reach the origin."""
    names = behavior.forwarded.cookies, behavior.cache.key.cookies
    return joined_cookies(pair for pair in viewer.cookies if any(pair[0] in chosen for chosen in names))


def sign(plan: Plan, behavior: Behavior, viewer: Viewer, url: URL, headers: CIMultiDict[str]) -> None:
    """Sign a request to a bucket as the distribution; without access control it stays anonymous."""
    if behavior.origin.kind is not OriginKind.BUCKET:
        return
    headers.popall("Authorization", None)
    if behavior.origin.signed:
        headers.update(signed(viewer.method, str(url), "s3", {DISTRIBUTION: plan.arn}))


def via(plan: Plan, before: list[str]) -> str:
    """Return the `Via` header that CloudFront adds to requests and responses."""
    return ", ".join([*before, f"1.1 {plan.domain} (CloudFront)"])
