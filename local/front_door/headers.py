"""HTTP headers between the caller and the emulator."""

from __future__ import annotations

from aiohttp import web
from multidict import CIMultiDict, CIMultiDictProxy

from local.machine.ports import LOOPBACK

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
"""Headers of one connection, which a proxy does not forward (RFC 9110, 7.6.1)."""

REPLACED = frozenset({"host", "expect"})
"""Request headers that each hop sets itself."""


def forwarded(request: web.BaseRequest) -> CIMultiDict[str]:
    """Return the request's headers as the emulator receives them."""
    headers = end_to_end(request.headers)
    for name in REPLACED:
        headers.popall(name, None)
    callers = request.headers.getall("X-Forwarded-For", [])
    headers["X-Forwarded-For"] = ", ".join([*callers, request.remote or LOOPBACK])
    headers["X-Forwarded-Proto"] = request.scheme
    return headers


def end_to_end(headers: CIMultiDictProxy[str]) -> CIMultiDict[str]:
    """Return the headers without the hop-by-hop ones."""
    named = {name.strip().lower() for line in headers.getall("Connection", []) for name in line.split(",")}
    return CIMultiDict(
        (name, value) for name, value in headers.items() if name.lower() not in HOP_BY_HOP | named
    )
