"""Fakes of SES and SNS, and fixtures for users and dead-letter queues."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest
from botocore.awsrequest import AWSPreparedRequest
from botocore.exceptions import ReadTimeoutError

from handlers.events.effect import effect
from handlers.kit import aws as kit
from handlers.users import logic, storage
from handlers.users.models import ChangePreferences
from tests.unit.handlers.conftest import DeadLetter
from tests.unit.handlers.people import create_user

ENVIRONMENT = {
    "MAIL_SENDER": "no-reply@example.com",
    "MAIL_CONFIGURATION_SET": "strata-test-mail",
    "MAIL_TEMPLATE": "strata-test-welcome",
    "SMS_COUNTRIES": '["+1", "+44"]',
}


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


@pytest.fixture
def ses(aws: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeService]:
    """A fake of SES, with the environment variables of a function that sends email."""
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    yield from faked("sesv2", "sesv2.SendEmail")


@pytest.fixture
def sns(aws: Any) -> Iterator[FakeService]:
    """A fake of SNS."""
    yield from faked("sns", "sns.Publish")


@pytest.fixture
def reasons(dead_letters: Callable[[], list[DeadLetter]]) -> Callable[[], list[str]]:
    """Return the reasons of the dead-lettered messages since the last call."""
    return lambda: [message.reason for message in dead_letters()]


@pytest.fixture
def ada(aws: Any) -> dict[str, Any]:
    """A user with a phone number who has not consented to SMS."""
    return create_user(phone="+442079460000")


@pytest.fixture
def set_preferences(aws: Any) -> Callable[..., None]:
    """Change preferences of a user."""

    def change(user: dict[str, Any], **wanted: bool) -> None:
        logic.change_preferences(lambda: storage.read(user["id"]), ChangePreferences(**wanted), None)

    return change


def leave_in_doubt(name: str) -> None:
    """Begin an effect and stop before it is done, as a killed function does."""
    with pytest.raises(KeyboardInterrupt), effect(name):
        raise KeyboardInterrupt
