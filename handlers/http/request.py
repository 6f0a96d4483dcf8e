"""An HTTP API event (payload format 2.0) as a request."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Any

import msgspec

from handlers.kit.errors import ContentTooLarge, Fault, InvalidRequest, UnsupportedMediaType

BODY_LIMIT_BYTES = 16 * 1024


class _Jwt(msgspec.Struct):
    claims: dict[str, Any] = {}


class _Authorizer(msgspec.Struct):
    jwt: _Jwt | None = None
    function: dict[str, Any] | None = msgspec.field(name="lambda", default=None)


class _Context(msgspec.Struct):
    authorizer: _Authorizer | None = None


class _Event(msgspec.Struct, kw_only=True, rename="camel"):
    """The part of the event that is read; the gateway leaves out what is empty, or sends null."""

    route_key: str = "$default"
    path_parameters: dict[str, str] | None = None
    query_string_parameters: dict[str, str] | None = None
    headers: dict[str, str] | None = None
    request_context: _Context | None = None
    body: str | None = None
    is_base64_encoded: bool = msgspec.field(name="isBase64Encoded", default=False)


class Request(msgspec.Struct, frozen=True):
    """What was asked, still unchecked.

    Attributes:
        route: the route key, such as `GET /users/{userId}`.
        path: the path's parameters, decoded.
        query: the query's parameters, decoded; the gateway joins repeated ones with commas, which no
            parameter here may hold, so that a repetition is refused.
        headers: the headers by lower-case name.
        claims: what the caller's token says, all as text; nothing where the route asks for no token.
        authorizer: what the route's Lambda authorizer says of the caller, all as text.
        content: the body as it arrived.
        encoded: whether the content is in base64.
    """

    route: str
    path: Mapping[str, str]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    claims: Mapping[str, str]
    authorizer: Mapping[str, str]
    content: str
    encoded: bool

    @classmethod
    def of(cls, event: Mapping[str, Any]) -> Request:
        """The request in an event."""
        read = msgspec.convert(event, _Event)
        authorizer = (read.request_context and read.request_context.authorizer) or _Authorizer()
        return cls(
            route=read.route_key,
            path=read.path_parameters or {},
            query=read.query_string_parameters or {},
            headers={name.lower(): value for name, value in (read.headers or {}).items()},
            claims=_texts(authorizer.jwt.claims if authorizer.jwt else None),
            authorizer=_texts(authorizer.function),
            content=read.body or "",
            encoded=read.is_base64_encoded,
        )

    def body(self, media_types: tuple[str, ...], limit: int = BODY_LIMIT_BYTES) -> bytes:
        """The body's bytes.

        Raises:
            ContentTooLarge: for more than `limit` bytes.
            UnsupportedMediaType: where it is of none of the media types, or compressed.
            InvalidRequest: where it is missing or not decodable.
        """
        content = self._bytes()
        if len(content) > limit:
            raise ContentTooLarge(f"the body has {len(content)} bytes; at most {limit} are taken")
        if not content:
            raise InvalidRequest([Fault("", "a body is expected")])
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
            and all(charset.strip().strip('"') == "utf-8" for charset in charsets)
            and self.headers.get("content-encoding", "identity").lower() == "identity"
        )


def _texts(told: Mapping[str, Any] | None) -> Mapping[str, str]:
    # Claims are passed on as text, and our authorizers say text; whatever is not is none of ours.
    return {name: value for name, value in (told or {}).items() if isinstance(value, str)}
