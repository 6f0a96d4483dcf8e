"""A fake of one operation of an AWS service that accepts messages, such as SNS's."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from botocore.awsrequest import AWSPreparedRequest
from botocore.exceptions import ReadTimeoutError

from handlers.kit import aws as kit


class HttpResponse(NamedTuple):
    """The part of an HTTP response that the SDK reads."""

    status_code: int


class FakeService:
    """A fake of one operation of an AWS service, which accepts messages.

    Attributes:
        accepted: the requests that it accepted, as they were sent.
        timeouts: the number of requests that timed out.
        failures: the results of the next requests, in order: an error code, or None for a timeout.
        message: the text of the errors.
    """

    def __init__(self) -> None:
        self.accepted: list[dict[str, Any]] = []
        self.timeouts = 0
        self.failures: list[str | None] = []
        self.message = "not to ada@example.org"

    def respond(self, params: dict[str, Any], **_: Any) -> tuple[HttpResponse, dict[str, Any]] | None:
        """Return the response to a call; on None the client sends the request, which then times out."""
        failure = self.failures.pop(0) if self.failures else ""
        if failure is None:
            return None
        if failure:
            return HttpResponse(400), {"Error": {"Code": failure, "Message": self.message}}
        body = params["body"]
        self.accepted.append(body if isinstance(body, dict) else json.loads(body))
        return HttpResponse(200), {"MessageId": f"message-{len(self.accepted)}"}

    def time_out(self, request: AWSPreparedRequest, **_: Any) -> None:
        """Time out; the client decides whether it retries."""
        self.timeouts += 1
        raise ReadTimeoutError(endpoint_url=request.url)


def faked(service: str, operation: str) -> Iterator[FakeService]:
    """Replace an operation of the handlers' client with a fake."""
    events, fake = kit.client(service, attempts=1).meta.events, FakeService()
    events.register(f"before-call.{operation}", fake.respond)
    events.register_first(f"before-send.{operation}", fake.time_out)
    yield fake
    events.unregister(f"before-call.{operation}", fake.respond)
    events.unregister(f"before-send.{operation}", fake.time_out)
