"""A fake of SES, and fixtures for users and dead-letter queues."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from handlers.events.effect import effect
from handlers.users import logic, storage
from handlers.users.models import ChangePreferences
from tests.unit.handlers.conftest import DeadLetter
from tests.unit.handlers.fake_service import FakeService, faked
from tests.unit.handlers.people import create_user

ENVIRONMENT = {
    "MAIL_SENDER": "no-reply@example.com",
    "MAIL_CONFIGURATION_SET": "strata-test-mail",
    "MAIL_TEMPLATE": "strata-test-welcome",
}


@pytest.fixture
def ses(aws: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeService]:
    """A fake of SES, with the environment variables of a function that sends email."""
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    yield from faked("sesv2", "sesv2.SendEmail")


@pytest.fixture
def reasons(dead_letters: Callable[[], list[DeadLetter]]) -> Callable[[], list[str]]:
    """Return the reasons of the dead-lettered messages since the last call."""
    return lambda: [message.reason for message in dead_letters()]


@pytest.fixture
def ada(aws: Any) -> dict[str, Any]:
    """A user with a verified phone number who has not consented to SMS."""
    user = create_user(phone="+442079460000")
    logic.verify_phone(lambda: storage.read(user["id"]))
    return user


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
