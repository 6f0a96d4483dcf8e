"""Notifications: consent, one message per effect, and suppressed addresses."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from tests.local.events.bus import MOMENT
from tests.local.events.senders import TEXT, feedback, phone_number
from tests.local.platform import Platform, address, until
from tests.local.realtime.browser import table
from tests.local.users.profiles import code_sent_to, newcomer, profile, verify_phone


def test_consent_to_text_messages_sends_one(platform: Platform) -> None:
    """A verified number without consent gets none, consent sends one, and later changes send no other."""
    phone = phone_number()
    with newcomer(platform) as token:
        own = verify_phone(platform, token, phone)
        (code,) = platform.texts(phone)
        without = _outcome(platform, own["id"], 3), platform.texts(phone)

        consent = platform.ask("PATCH", "/me/preferences", token, json={"sms": True})
        consented = _outcome(platform, own["id"], 4), platform.texts(phone)
        platform.ask("PATCH", "/me", token, json={"name": "Amazing Grace"})
        again = _outcome(platform, own["id"], 5), platform.texts(phone)

    assert consent.json() == {"email": True, "sms": True}
    assert (without, consented, again) == (
        ("skipped", [code]),
        ("done", [code, TEXT]),
        ("repeated", [code, TEXT]),
    )


def test_consent_for_a_number_that_is_not_verified_sends_none(platform: Platform) -> None:
    """Anybody can enter any number; the verification sends what the consent did not."""
    phone = phone_number()
    with newcomer(platform) as token:
        own = profile(platform, token)
        platform.ask("PATCH", "/me/preferences", token, json={"sms": True})
        platform.ask("PATCH", "/me", token, json={"phone": phone})
        entered = _outcome(platform, own["id"], 3), platform.texts(phone)

        platform.ask("POST", "/me/phone-codes", token)
        code = code_sent_to(platform, phone)
        platform.ask("POST", "/me/phone", token, json={"code": code})
        verified = _outcome(platform, own["id"], 4), platform.texts(phone)[1:]

    assert (entered, verified) == (("skipped", []), ("done", [TEXT]))


def test_user_without_a_phone_number_receives_no_text_message(platform: Platform) -> None:
    """The consent is stored, and the event is skipped."""
    with newcomer(platform) as token:
        own = profile(platform, token)
        platform.ask("PATCH", "/me/preferences", token, json={"sms": True})

        assert _outcome(platform, own["id"], 2) == "skipped"


@pytest.mark.parametrize("kind", ["Bounce", "Complaint"])
def test_address_that_bounced_or_complained_is_suppressed(platform: Platform, kind: str) -> None:
    """A bounce or a complaint adds the address to the suppression list, and no email is sent to it."""
    email, correlation_id = address(), uuid4().hex
    unreachable = {"emailAddress": email.upper()}
    about = {
        "Bounce": {"bounceType": "Permanent", "bouncedRecipients": [unreachable], "timestamp": MOMENT},
        "Complaint": {"complainedRecipients": [unreachable], "timestamp": MOMENT},
    }

    feedback(platform, kind, correlation_id, about[kind])
    suppressed = until(lambda: _suppressed(platform, email))
    user = platform.create(email=email)

    assert suppressed == {
        "address": {"S": email},
        "reason": {"S": kind.lower()},
        "at": {"S": MOMENT},
        "correlationId": {"S": correlation_id},
    }
    assert _outcome(platform, user["id"], 1, "created") == "skipped"
    assert platform.mails(email) == []


def _outcome(platform: Platform, user_id: str, version: int, change: str = "updated") -> str:
    """Wait for the notification of a change of a user, and return its outcome."""
    event_id = f"user.{change}:{user_id}:{version}"
    (outcome,) = until(lambda: platform.outcomes("notifications-send", event_id))
    return outcome


def _suppressed(platform: Platform, email: str) -> Any:
    key = {"address": {"S": email}}
    client = platform.cloud.client("dynamodb")
    return client.get_item(TableName=table(platform, "addresses"), Key=key).get("Item")
