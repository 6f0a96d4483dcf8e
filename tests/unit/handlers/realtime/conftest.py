"""A gateway that a test tells who is there."""

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
    """An answer's bytes as the HTTP library hands them over."""

    def __init__(self, content: bytes) -> None:
        self.content = content

    def stream(self) -> Iterator[bytes]:
        yield self.content


@dataclass
class Gateway:
    """The gateway's side of every post.

    Attributes:
        statuses: what it answers about a connection: 200 where nothing is said.
        posts: the messages that were posted, by connection, as they came.
    """

    statuses: dict[str, int] = field(default_factory=dict)
    posts: dict[str, list[Any]] = field(default_factory=dict)
    addresses: set[str] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, request: AWSRequest, **_: Any) -> AWSResponse:
        """Play the gateway for one request."""
        address, _, connection = unquote(str(request.url)).rpartition("/@connections/")
        status = self.statuses.get(connection, 200)
        with self._lock:
            self.addresses.add(address)
            if status == 200:
                self.posts.setdefault(connection, []).append(json.loads(request.body))
        kinds = {403: "ForbiddenException", 410: "GoneException", 429: "LimitExceededException"}
        headers = {"x-amzn-ErrorType": kinds[status]} if status in kinds else {}
        return AWSResponse(str(request.url), status, headers, Body(b"{}"))


@pytest.fixture
def gateway(aws: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Gateway]:
    """A gateway that lets everyone be there."""
    monkeypatch.setenv("WEBSOCKET_ENDPOINT", ENDPOINT)
    monkeypatch.setenv("DEAD_LETTERS_URL", DEAD_LETTERS)
    played = Gateway()
    hook = "before-send.apigatewaymanagementapi"
    client = realtime_gateway.client()
    client.meta.events.register_first(hook, played.answer)
    yield played
    client.meta.events.unregister(hook, played.answer)
