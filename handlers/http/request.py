"""A request, read from an HTTP API event (payload format 2.0)."""

from __future__ import annotations

import base64
import binascii
from collections import Counter
from collections.abc import Mapping
from typing import Any

import msgspec

from handlers.kit.errors import ContentTooLarge, Fault, InvalidRequest, UnsupportedMediaType

BODY_LIMIT_BYTES = 16 * 1024
_UTF8 = ("utf-8", "utf8")
_BLANKS = " \t"
"""The whitespace of HTTP (RFC 9110, 5.6.3)."""


class _Jwt(msgspec.Struct):
    claims: dict[str, Any] = {}


class _Authorizer(msgspec.Struct):
    jwt: _Jwt | None = None
    function: dict[str, Any] | None = msgspec.field(name="lambda", default=None)


class _Http(msgspec.Struct, frozen=True):
    method: str = ""


class _Context(msgspec.Struct):
    authorizer: _Authorizer | None = None
    http: _Http = _Http()
    stage: str = "$default"


class _Event(msgspec.Struct, kw_only=True, rename="camel"):
    """The fields of the event that are read; the gateway omits empty ones or sends null."""

    route_key: str = "$default"
    raw_path: str = ""
    path_parameters: dict[str, str] | None = None
    query_string_parameters: dict[str, str] | None = None
    headers: dict[str, str] | None = None
    cookies: list[str] | None = None
    request_context: _Context | None = None
    body: str | None = None
    is_base64_encoded: bool = msgspec.field(name="isBase64Encoded", default=False)


class Request(msgspec.Struct, frozen=True):
    """An HTTP request before validation.

    Attributes:
        route: the route key, such as `GET /users/{userId}`.
        method: the method, such as `GET`.
        target: the path without the stage, such as `/users/019c1a2b`.
        path: the path parameters, decoded.
        query: the query parameters, decoded. The gateway joins repeated ones with commas; no parameter here
            may contain a comma, so repeated parameters are refused.
        headers: the headers by lower-case name.
        cookies: the values of the cookies by name, without names that were sent more than once.
        claims: the claims of the caller's token as text; empty if the route requires no token.
        authorizer: the context that the route's Lambda authorizer returned, as text.
        content: the body as received.
        encoded: whether the content is encoded in base64.
    """

    route: str
    method: str
    target: str
    path: Mapping[str, str]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    cookies: Mapping[str, str]
    claims: Mapping[str, str]
    authorizer: Mapping[str, str]
    content: str
    encoded: bool

    @classmethod
    def from_event(cls, event: Mapping[str, Any]) -> Request:
        """Return the request in an event."""
        read = msgspec.convert(event, _Event)
        context = read.request_context or _Context()
        authorizer = context.authorizer or _Authorizer()
        return cls(
            route=read.route_key,
            method=context.http.method,
            target="/" + read.raw_path.removeprefix("/").removeprefix(f"{context.stage}/"),
            path=read.path_parameters or {},
            query=read.query_string_parameters or {},
            headers={name.lower(): value for name, value in (read.headers or {}).items()},
            cookies=_cookies(read.cookies or []),
            claims=_texts(authorizer.jwt.claims if authorizer.jwt else None),
            authorizer=_texts(authorizer.function),
            content=read.body or "",
            encoded=read.is_base64_encoded,
        )

    def body(self, media_types: tuple[str, ...], limit: int = BODY_LIMIT_BYTES) -> bytes:
        """Return the body's bytes.

        Raises:
            ContentTooLarge: if it has more than `limit` bytes.
            UnsupportedMediaType: if its media type is not one of `media_types`, or if it is compressed.
            InvalidRequest: if it is missing or cannot be decoded.
        """
        content = self._bytes()
        if len(content) > limit:
            raise ContentTooLarge(f"the body has {len(content)} bytes; the limit is {limit}")
        if not content:
            raise InvalidRequest([Fault("", "expected a body")])
        if not self._readable(media_types):
            raise UnsupportedMediaType(f"expected {' or '.join(media_types)} in UTF-8, not compressed")
        return content

    def _bytes(self) -> bytes:
        try:
            return base64.b64decode(self.content, validate=True) if self.encoded else self.content.encode()
        except (binascii.Error, ValueError):
            raise InvalidRequest([Fault("", "the body cannot be decoded")]) from None

    def _readable(self, media_types: tuple[str, ...]) -> bool:
        media_type, *parameters = self.headers.get("content-type", "").lower().split(";")
        charsets = [given.partition("=")[2] for given in parameters if given.strip().startswith("charset=")]
        return (
            media_type.strip() in media_types
            and all(charset.strip().strip('"') in _UTF8 for charset in charsets)
            and self.headers.get("content-encoding", "identity").lower() == "identity"
        )


def _cookies(lines: list[str]) -> Mapping[str, str]:
    """Return the values of the cookies by name.

    Browsers refuse `__Host-` names from sibling subdomains, but not such a name after a blank of Unicode,
    which `str.strip` would remove. Of a name that is there twice, neither value is known to be this site's.
    """
    pairs = [line.partition("=") for line in lines]
    named = [(name.strip(_BLANKS), value.strip(_BLANKS)) for name, _, value in pairs]
    times = Counter(name for name, _ in named)
    return {name: value for name, value in named if times[name] == 1}


def _texts(values: Mapping[str, Any] | None) -> Mapping[str, str]:
    # The gateway passes claims as text, and the platform's authorizers return text only.
    return {name: value for name, value in (values or {}).items() if isinstance(value, str)}
