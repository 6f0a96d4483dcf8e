"""A viewer's request as a value: functions change it, and the origin and the cache read it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from aiohttp import web
from multidict import CIMultiDict

from local.front_door.headers import end_to_end
from local.front_door.policies import Names
from local.machine.ports import LOOPBACK

GZIP = "gzip"
BLANKS = " \t"
"""The whitespace around a cookie; a blank of Unicode belongs to its name."""


@dataclass(frozen=True)
class Viewer:
    """A request without its body.

    Attributes:
        method: the HTTP method.
        path: the path as it was sent, with its percent-encoding.
        query: the query as it was sent, without the question mark.
        headers: the end-to-end headers.
        ip: the viewer's address.
    """

    method: str
    path: str
    query: str
    headers: CIMultiDict[str]
    ip: str

    @property
    def host(self) -> str:
        """The `Host` header."""
        return self.headers.get("Host", "")

    @property
    def target(self) -> str:
        """The path and the query."""
        return f"{self.path}?{self.query}" if self.query else self.path

    @property
    def parameters(self) -> list[tuple[str, str]]:
        """The names and values of the query, with their percent-encoding."""
        pairs = (part.partition("=") for part in self.query.split("&") if part)
        return [(name, value) for name, _, value in pairs]

    def chosen_query(self, keep: Callable[[str], bool]) -> str:
        """Return the part of the query whose names are kept, as it was sent."""
        return "&".join(part for part in self.query.split("&") if part and keep(part.partition("=")[0]))

    @property
    def cookies(self) -> list[tuple[str, str]]:
        """The names and values of the cookies."""
        lines = (part for line in self.headers.getall("Cookie", []) for part in line.split(";"))
        pairs = (found.partition("=") for line in lines if (found := line.strip(BLANKS)))
        return [(name, value) for name, _, value in pairs]

    @property
    def accepts_gzip(self) -> bool:
        """Whether the response may be compressed with gzip."""
        accepted = ",".join(self.headers.getall("Accept-Encoding", [])).lower()
        codings = dict(_weighted(coding) for coding in accepted.split(","))
        return codings.get(GZIP, codings.get("*", 0.0)) > 0


def viewer(request: web.BaseRequest) -> Viewer:
    """Return a received request as a value."""
    path, _, query = request.raw_path.partition("?")
    return Viewer(request.method, path, query, end_to_end(request.headers), request.remote or LOOPBACK)


def joined_query(parameters: Iterable[tuple[str, str]]) -> str:
    """Return names and values as a query."""
    return "&".join(f"{name}={value}" if value else name for name, value in parameters)


def joined_cookies(cookies: Iterable[tuple[str, str]], names: Names | None = None) -> str:
    """Return the cookies as a header: all of them, or those with the names."""
    return "; ".join(f"{name}={value}" for name, value in cookies if names is None or name in names)


def _weighted(coding: str) -> tuple[str, float]:
    """Return the name and the weight of a coding in `Accept-Encoding`; 0 if the weight is malformed."""
    name, _, weight = coding.strip().partition(";")
    try:
        return name.strip(), float(weight.replace(" ", "").removeprefix("q=")) if weight else 1.0
    except ValueError:
        return name.strip(), 0.0
