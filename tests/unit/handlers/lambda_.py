"""Simulates Lambda and API Gateway: events, contexts and calls."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from handlers.http.operation import Operation

EVENTS = Path(__file__).with_name("aws_events")
CORRELATION_ID = "test-0123456789"


class Context:
    """Lambda's context object."""

    function_name = "strata-test-function"
    aws_request_id = "4b1c2d3e-0000-4000-8000-000000000001"

    def __init__(self, remaining_milliseconds: int = 10_000) -> None:
        self.remaining_milliseconds = remaining_milliseconds

    def get_remaining_time_in_millis(self) -> int:
        """Return the milliseconds until Lambda stops the function."""
        return self.remaining_milliseconds


class Reply(NamedTuple):
    """A response with its body parsed; `cookies` are the lines of Set-Cookie."""

    status: int
    headers: dict[str, str]
    body: Any
    cookies: tuple[str, ...] = ()


def recorded(name: str) -> dict[str, Any]:
    """Return the event in `aws_events/<name>.json`."""
    return json.loads((EVENTS / f"{name}.json").read_text())


def request(
    route: str = "$default",
    *,
    path: Mapping[str, str] | None = None,
    query: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
    claims: Mapping[str, str] | None = None,
    body: Any = None,
    text: str | None = None,
    encoded: bool = False,
) -> dict[str, Any]:
    """Return an HTTP API event; `body` is sent as JSON, `text` unchanged."""
    event = recorded("request")
    event["routeKey"] = event["requestContext"]["routeKey"] = route
    event["headers"] |= {"x-correlation-id": CORRELATION_ID}
    if body is not None:
        event["headers"]["content-type"] = "application/json"
        event["body"] = json.dumps(body)
    if text is not None:
        event["headers"]["content-type"] = "application/json"
        event["body"] = text
    event["isBase64Encoded"] = encoded
    event["headers"] |= {name.lower(): value for name, value in (headers or {}).items()}
    if path is not None:
        event["pathParameters"] = dict(path)
    if query is not None:
        event["queryStringParameters"] = dict(query)
    if claims is not None:
        event["requestContext"]["authorizer"] = {"jwt": {"claims": dict(claims), "scopes": None}}
    return event


def call(handler: Operation, event: dict[str, Any], context: Context | None = None) -> Reply:
    """Invoke a handler as Lambda does; the response must be serializable as JSON."""
    response = json.loads(json.dumps(handler(event, context or Context())))
    body = response.get("body")
    return Reply(
        response["statusCode"],
        response["headers"],
        json.loads(body) if body else None,
        tuple(response.get("cookies", ())),
    )
