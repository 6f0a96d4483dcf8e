"""SES and SNS as they take messages, and the dead-letter queue of whoever gives them."""

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
}


class Reply(NamedTuple):
    """The part of an HTTP response that the SDK looks at."""

    status_code: int


class Carrier:
    """A service that takes messages: what it was given, and what it says to the next ones.

    Attributes:
        given: the requests that it took, as they were sent.
        unanswered: how many requests were sent that got no answer.
        troubles: what it says in turn, before it takes anything: an error code, or None for no answer.
    """

    def __init__(self) -> None:
        self.given: list[dict[str, Any]] = []
        self.unanswered = 0
        self.troubles: list[str | None] = []

    def answer(self, params: dict[str, Any], **_: Any) -> tuple[Reply, dict[str, Any]] | None:
        """Answer a call in the service's place; without an answer, its request is sent."""
        trouble = self.troubles.pop(0) if self.troubles else ""
        if trouble is None:
            return None
        if trouble:
            return Reply(400), {"Error": {"Code": trouble, "Message": "not to ada@example.org"}}
        body = params["body"]
        self.given.append(body if isinstance(body, dict) else json.loads(body))
        return Reply(200), {"MessageId": f"message-{len(self.given)}"}

    def ignore(self, request: AWSPreparedRequest, **_: Any) -> None:
        """Let a request wait in vain; whether another follows is the client's choice."""
        self.unanswered += 1
        raise ReadTimeoutError(endpoint_url=request.url)


def carrier(service: str, operation: str) -> Iterator[Carrier]:
    """Put a carrier in the place of an operation's service, as the handlers' client meets it."""
    events, playing = kit.client(service, attempts=1).meta.events, Carrier()
    events.register(f"before-call.{operation}", playing.answer)
    events.register_first(f"before-send.{operation}", playing.ignore)
    yield playing
    events.unregister(f"before-call.{operation}", playing.answer)
    events.unregister(f"before-send.{operation}", playing.ignore)


@pytest.fixture
def mails(aws: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Carrier]:
    """SES, and what a function is told of it."""
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    yield from carrier("sesv2", "sesv2.SendEmail")


@pytest.fixture
def messages(aws: Any) -> Iterator[Carrier]:
    """SNS."""
    yield from carrier("sns", "sns.Publish")


@pytest.fixture
def reasons(dead_letters: Callable[[], list[DeadLetter]]) -> Callable[[], list[str]]:
    """Why messages were given up: each is told once."""
    return lambda: [letter.reason for letter in dead_letters()]


@pytest.fixture
def ada(aws: Any) -> dict[str, Any]:
    """A user with a telephone who has consented to nothing."""
    return create_user(phone="+442079460000")


@pytest.fixture
def prefer(aws: Any) -> Callable[..., None]:
    """Change a user's preferences."""

    def change(user: dict[str, Any], **wanted: bool) -> None:
        logic.change_preferences(lambda: storage.read(user["id"]), ChangePreferences(**wanted), None)

    return change


def begun(name: str) -> None:
    """Leave an effect in doubt, as whoever does not live to end it."""
    with pytest.raises(KeyboardInterrupt), effect(name):
        raise KeyboardInterrupt
