"""A fake of API Gateway's management API."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

import pytest
from botocore.awsrequest import AWSRequest, AWSResponse

from handlers.realtime import gateway as realtime_gateway

ENDPOINT = "https://abc123.execute-api.us-east-1.amazonaws.com/ws"
DEAD_LETTERS = "https://sqs.us-east-1.amazonaws.com/123456789012/dead-letters"


class Body:
    """The body of a response, as the HTTP library passes it."""

    def __init__(self, content: bytes) -> None:
        self.content = content

    def stream(self) -> Iterator[bytes]:
        yield self.content


@dataclass
class Gateway:
    """A fake of API Gateway that records every post.

    Attributes:
        statuses: the status of posts to a connection; 200 by default.
        posts: the accepted messages by connection, in order.
        closed: the connections that were closed.
        endpoints: the URLs of the stages that were called.
    """

    statuses: dict[str, int] = field(default_factory=dict)
    posts: dict[str, list[Any]] = field(default_factory=dict)
    closed: list[str] = field(default_factory=list)
    endpoints: set[str] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def respond(self, request: AWSRequest, **_: Any) -> AWSResponse:
        """Return the response to one request."""
        endpoint, _, connection = unquote(str(request.url)).rpartition("/@connections/")
        status = self.statuses.get(connection, 200)
        with self._lock:
            self.endpoints.add(endpoint)
            if status == 200 and request.method == "DELETE":
                self.closed.append(connection)
            elif status == 200:
                self.posts.setdefault(connection, []).append(json.loads(request.body))
        errors = {403: "ForbiddenException", 410: "GoneException", 429: "LimitExceededException"}
        headers = {"x-amzn-ErrorType": errors[status]} if status in errors else {}
        return AWSResponse(str(request.url), status, headers, Body(b"{}"))


@pytest.fixture
def gateway(aws: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Gateway]:
    """A fake of API Gateway for which every connection is open."""
    monkeypatch.setenv("WEBSOCKET_ENDPOINT", ENDPOINT)
    monkeypatch.setenv("DEAD_LETTERS_URL", DEAD_LETTERS)
    fake = Gateway()
    hook = "before-send.apigatewaymanagementapi"
    client = realtime_gateway.client()
    client.meta.events.register_first(hook, fake.respond)
    yield fake
    client.meta.events.unregister(hook, fake.respond)
