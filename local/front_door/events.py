"""Requests and responses in the event structure of CloudFront Functions.

https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/functions-event-structure.html
"""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Iterable
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any, cast

from multidict import CIMultiDict

from local.front_door.functions import EdgeFunctionError
from local.front_door.viewer import Viewer, joined_cookies, joined_query

TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
"""The name of a header (RFC 9110, 5.1)."""

READ_ONLY = ("host", "content-length", "transfer-encoding", "via")
"""Request headers that a function sees and cannot change."""

HIDDEN = frozenset(
    {"cookie", "connection", "expect", "keep-alive", "trailer", "upgrade", "x-forwarded-proto"}
)
"""Headers that are not in the event: cookies have their own place, and functions do not see the others."""


DISALLOWED = frozenset(HIDDEN - {"cookie"} | {"transfer-encoding", "te"})
"""Headers that a function cannot add to a response."""


@dataclass(frozen=True)
class Generated:
    """A status, headers and a body from a function.

    Attributes:
        body: None if the function returned none.
    """

    status: int
    headers: CIMultiDict[str]
    body: bytes | None


def request_event(viewer: Viewer, context: dict[str, str]) -> dict[str, Any]:
    """Return the event of a viewer request; the context names the distribution, the request and the event."""
    visible = [(name.lower(), value) for name, value in viewer.headers.items() if name.lower() not in HIDDEN]
    return {
        "version": "1.0",
        "context": context,
        "viewer": {"ip": viewer.ip},
        "request": {
            "method": viewer.method,
            "uri": viewer.path,
            "querystring": _fields(viewer.parameters),
            "headers": _fields(visible),
            "cookies": _fields(viewer.cookies),
        },
    }


def response_event(
    viewer: Viewer, context: dict[str, str], status: int, headers: CIMultiDict[str]
) -> dict[str, Any]:
    """Return the event of a viewer response."""
    visible = [(name.lower(), value) for name, value in headers.items() if name.lower() != "set-cookie"]
    response = {
        "statusCode": status,
        "statusDescription": HTTPStatus(status).phrase,
        "headers": _fields(visible),
        "cookies": _fields_of_cookies(headers.getall("Set-Cookie", [])),
    }
    return {**request_event(viewer, context), "response": response}


def changed_request(viewer: Viewer, event: dict[str, Any], result: dict[str, Any]) -> Viewer | Generated:
    """Return the request that a function returned, or the response that it generated.

    Raises:
        EdgeFunctionError: if the function returned something that CloudFront does not accept.
    """
    if "statusCode" in result:
        return generated(result)
    sent: dict[str, Any] = event["request"]
    headers = _headers(result.get("headers", {}))
    for name in READ_ONLY:
        if headers.getall(name, []) != viewer.headers.getall(name, []):
            raise EdgeFunctionError(f"the header {name} cannot be changed")
    for name in HIDDEN - {"cookie"}:
        headers.extend((name, value) for value in viewer.headers.getall(name, []))
    cookies = joined_cookies(_pairs(result.get("cookies", {})))
    if cookies:
        headers["Cookie"] = cookies
    path, query = result.get("uri"), result.get("querystring", {})
    if not isinstance(path, str) or not path.startswith("/"):
        raise EdgeFunctionError(f"expected a uri that starts with /, found {path!r}")
    if query == sent["querystring"]:
        query = viewer.query
    elif not isinstance(query, str):
        query = joined_query(_pairs(query))
    return replace(viewer, path=_path(path), query=query, headers=headers)


def generated(result: dict[str, Any]) -> Generated:
    """Return the response that a function returned.

    Raises:
        EdgeFunctionError: if it is not a response that CloudFront accepts.
    """
    status = result.get("statusCode")
    if not isinstance(status, int) or status not in HTTPStatus or status < HTTPStatus.OK:
        raise EdgeFunctionError(f"expected an HTTP status as statusCode, found {status!r}")
    headers = _headers(result.get("headers", {}))
    for name in headers:
        if name.lower() in DISALLOWED:
            raise EdgeFunctionError(f"the header {name} cannot be added")
    for name, value, attributes in _cookies(result.get("cookies", {})):
        headers.add("Set-Cookie", "; ".join(filter(None, (f"{name}={value}", attributes))))
    return Generated(status, headers, _body(result.get("body")))


def _body(body: Any) -> bytes | None:
    if body is None:
        return None
    if isinstance(body, str):
        return body.encode()
    try:
        data: str = body["data"]
        return b64decode(data, validate=True) if body["encoding"] == "base64" else data.encode()
    except (KeyError, TypeError, ValueError, AttributeError):
        raise EdgeFunctionError("expected text, or data with its encoding, as body") from None


def _path(path: str) -> str:
    """Return a path from a function, with the characters percent-encoded that a request line cannot have."""
    return "".join(char if "!" <= char <= "~" and char not in "?#" else _encoded(char) for char in path)


def _encoded(char: str) -> str:
    return "".join(f"%{byte:02X}" for byte in char.encode("utf-8", "replace"))


def _fields(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Return names and values as an event has them; a repeated name also has all its values."""
    fields: dict[str, Any] = {}
    for name, value in pairs:
        if name not in fields:
            fields[name] = {"value": value}
            continue
        fields[name].setdefault("multiValue", [{"value": fields[name]["value"]}]).append({"value": value})
    return fields


def _fields_of_cookies(lines: Iterable[str]) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for line in lines:
        pair, _, attributes = line.partition(";")
        name, _, value = pair.strip().partition("=")
        field = {"value": value, "attributes": attributes.strip()}
        if name in fields:
            fields[name].setdefault("multiValue", [dict(fields[name])]).append(field)
        else:
            fields[name] = field
    return fields


def _pairs(fields: Any) -> list[tuple[str, str]]:
    """Return the names and values in a part of an event.

    Raises:
        EdgeFunctionError: if it does not have the structure of an event.
    """
    return [(name, value) for name, value, _ in _cookies(fields)]


def _cookies(fields: Any) -> list[tuple[str, str, str]]:
    """Return the names, values and attributes in a part of an event."""
    if not isinstance(fields, dict):
        raise EdgeFunctionError(f"expected an object with names and values, found {fields!r}")
    found: list[tuple[str, str, str]] = []
    for name, field in cast("dict[str, Any]", fields).items():
        values: list[Any] = [field]
        if isinstance(field, dict):
            values = cast("dict[str, Any]", field).get("multiValue") or [field]
        found += [(name, *_value(name, value)) for value in values]
    return found


def _value(name: str, field: Any) -> tuple[str, str]:
    found = cast("dict[str, Any]", field) if isinstance(field, dict) else {}
    value, attributes = found.get("value"), found.get("attributes", "")
    if not isinstance(value, str) or not isinstance(attributes, str):
        raise EdgeFunctionError(f"expected an object with a value as {name}, found {field!r}")
    return value, attributes


def _headers(fields: Any) -> CIMultiDict[str]:
    headers = CIMultiDict(_pairs(fields))
    for name, value in headers.items():
        if not TOKEN.fullmatch(name) or any(char in "\r\n\0" for char in value):
            raise EdgeFunctionError(f"the header {name!r} has a character that HTTP does not allow")
    return headers
