"""A person's phone number, the codes that are sent to it, and the requests that verify it."""

from __future__ import annotations

import re
from typing import Any

from moto.core import DEFAULT_ACCOUNT_ID
from moto.sns.models import sns_backends

from handlers.me.change import handler as change_me
from handlers.me.phone_code import handler as request_handler
from handlers.me.phone_verify import handler as verify_handler
from handlers.me.read import handler as read
from tests.unit.handlers.lambda_ import Reply, call, request
from tests.unit.handlers.people import claims

PHONE = "+442079460000"


def enter(phone: str | None = PHONE, subject: str = "grace") -> Reply:
    """Change the phone number in a person's profile."""
    return call(change_me, request(claims=claims(subject), body={"phone": phone}))


def request_code(subject: str = "grace") -> Reply:
    """Request a code for the phone number in a person's profile."""
    return call(request_handler, request(claims=claims(subject)))


def verify(code: str, subject: str = "grace") -> Reply:
    """Verify the phone number in a person's profile."""
    return call(verify_handler, request(claims=claims(subject), body={"code": code}))


def profile(subject: str = "grace") -> dict[str, Any]:
    """Return a person's profile."""
    return call(read, request(claims=claims(subject))).body


def forget_texts() -> None:
    """Forget the text messages that were sent; the simulated SNS keeps those of earlier tests."""
    _sent().clear()


def texts(phone: str = PHONE) -> list[str]:
    """Return the text messages that were sent to a number, oldest first."""
    return [text for number, text, *_ in _sent().values() if number == phone]


def code_in(text: str) -> str:
    """Return the code in a text message."""
    found = re.match(r"([0-9]{6}) is your Strata code", text)
    assert found, text
    return found[1]


def last_code() -> str:
    """Return the code that was sent last."""
    return code_in(texts()[-1])


def other_than(code: str) -> str:
    """Return another code."""
    return f"{(int(code) + 1) % 10**6:06}"


def _sent() -> dict[str, Any]:
    return sns_backends[DEFAULT_ACCOUNT_ID]["us-east-1"].sms_messages
