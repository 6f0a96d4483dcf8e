"""Who is written to, by what, how often, and to whom nothing goes any more."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import pytest

from handlers.notifications import tags
from tests.local.events.bus import MOMENT
from tests.local.platform import Platform, address, until
from tests.local.realtime.browser import table
from tests.local.users.test_profile import newcomer, profile

TEXT = "Welcome to Strata. You can stop these messages at any time in your preferences."


def test_consent_to_text_messages_brings_one(platform: Platform) -> None:
    """A telephone alone brings none, with consent there comes one, and no later change brings another."""
    phone = telephone()
    with newcomer(platform) as token:
        own = profile(platform, token)
        platform.ask("PATCH", "/me", token, json={"phone": phone})
        silent = _outcome(platform, own["id"], 2), platform.texts(phone)

        consent = platform.ask("PATCH", "/me/preferences", token, json={"sms": True})
        told = _outcome(platform, own["id"], 3), platform.texts(phone)
        platform.ask("PATCH", "/me", token, json={"name": "Amazing Grace"})
        again = _outcome(platform, own["id"], 4), platform.texts(phone)

    assert consent.json() == {"email": True, "sms": True}
    assert (silent, told, again) == (("skipped", []), ("done", [TEXT]), ("repeated", [TEXT]))


def test_user_without_a_telephone_is_sent_no_text_message(platform: Platform) -> None:
    """Consent is kept, and nothing goes out until there is somewhere to send it."""
    with newcomer(platform) as token:
        own = profile(platform, token)
        platform.ask("PATCH", "/me/preferences", token, json={"sms": True})

        assert _outcome(platform, own["id"], 2) == "skipped"


@pytest.mark.parametrize("kind", ["Bounce", "Complaint"])
def test_address_that_came_back_is_not_written_to_again(platform: Platform, kind: str) -> None:
    """A bounce or a complaint marks the address of a mail, and who has that address is sent none."""
    email, correlation_id = address(), uuid4().hex
    unreachable = {"emailAddress": email.upper()}
    told = {
        "Bounce": {"bounceType": "Permanent", "bouncedRecipients": [unreachable], "timestamp": MOMENT},
        "Complaint": {"complainedRecipients": [unreachable], "timestamp": MOMENT},
    }

    feedback(platform, kind, correlation_id, told[kind])
    mark = until(lambda: _mark(platform, email))
    user = platform.create(email=email)

    assert mark == {
        "address": {"S": email},
        "reason": {"S": kind.lower()},
        "at": {"S": MOMENT},
        "correlationId": {"S": correlation_id},
    }
    assert _outcome(platform, user["id"], 1, "created") == "skipped"
    assert platform.mails(email) == []


def feedback(
    platform: Platform, kind: str, correlation_id: str, about: dict[str, Any], effect: str | None = None
) -> str:
    """Tell what SES tells of a mail, where SES tells it; answer the id that this goes by."""
    told = {"correlation": [tags.encoded(correlation_id)]}
    if effect is not None:
        told["effect"] = [tags.encoded(effect)]
    mail = {"messageId": uuid4().hex, "timestamp": MOMENT, "tags": told}
    sns = platform.cloud.client("sns")
    (topic,) = [
        topic["TopicArn"]
        for topic in sns.get_paginator("list_topics").paginate().build_full_result()["Topics"]
        if ":strata-local-mail-feedback-" in topic["TopicArn"]
    ]
    document = {"eventType": kind, "mail": mail, kind.lower(): about}
    sns.publish(TopicArn=topic, Message=json.dumps(document))
    return f"{mail['messageId']}:mail.{kind.lower()}"


def telephone() -> str:
    """A telephone number that nobody has."""
    return f"+1555{uuid4().int % 10**10:010d}"


def _outcome(platform: Platform, user_id: str, version: int, change: str = "updated") -> str:
    """What came of telling somebody of a change of a user."""
    event_id = f"user.{change}:{user_id}:{version}"
    (outcome,) = until(lambda: platform.outcomes("notifications-send", event_id))
    return outcome


def _mark(platform: Platform, email: str) -> Any:
    key = {"address": {"S": email}}
    client = platform.cloud.client("dynamodb")
    return client.get_item(TableName=table(platform, "addresses"), Key=key).get("Item")
