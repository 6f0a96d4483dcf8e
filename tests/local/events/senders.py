"""Requests and messages of partners, Stripe, SES and the schedules to the platform."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import requests

from handlers.notifications import tags
from handlers.partners.keys import Key
from operate import webhooks
from tests.local.events.bus import MOMENT
from tests.local.platform import Platform, until
from tests.local.realtime.browser import table
from tests.unit.handlers.webhooks.stripe_sender import SUCCEEDED, signature

OCCURRED_AT = "2026-11-21T13:52:00Z"
ORDER = {"orderId": "o-1", "amount": 1999, "currency": "EUR"}

TEXT = "Welcome to Strata. You can stop these messages at any time in your preferences."
"""The welcome text message."""


def order_placed() -> dict[str, Any]:
    """Return a partner's event with a new id."""
    return {"type": "order.placed", "id": uuid4().hex, "occurredAt": OCCURRED_AT, "data": ORDER}


def send_event(platform: Platform, key: Key, body: Any) -> requests.Response:
    """Send a partner's event; text is sent as it is."""
    content = body if isinstance(body, str) else json.dumps(body)
    headers = {"Authorization": f"Bearer {key.text}", "Content-Type": "application/json"}
    return platform.ask("POST", f"/partners/{key.partner}/events", data=content, headers=headers)


def payment() -> str:
    """Return the body of a Stripe delivery for a new event."""
    return json.dumps({**SUCCEEDED, "id": f"evt_{uuid4().hex}"})


def deliver(platform: Platform, text: str, header: str, provider: str = "stripe") -> requests.Response:
    """Send a webhook delivery with a signature header."""
    headers = {"Stripe-Signature": header, "Content-Type": "application/json"}
    return platform.ask("POST", f"/webhooks/{provider}", data=text, headers=headers)


def replace_secret(platform: Platform) -> str:
    """Replace the webhook's secret, wait until the platform accepts the new one, and return it."""
    secret = f"whsec_{uuid4().hex}"
    webhooks.replace_secret(platform.operated, secret)
    until(lambda: deliver(platform, text := payment(), signature(text, secret)).status_code, 202)
    return secret


def feedback(
    platform: Platform, kind: str, correlation_id: str, about: dict[str, Any], effect: str | None = None
) -> str:
    """Publish SES's feedback on an email to its topic, and return the id of the event."""
    email_tags = {"correlation": [tags.encoded(correlation_id)]}
    if effect is not None:
        email_tags["effect"] = [tags.encoded(effect)]
    mail = {"messageId": uuid4().hex, "timestamp": MOMENT, "tags": email_tags}
    sns = platform.cloud.client("sns")
    (topic,) = [
        topic["TopicArn"]
        for topic in sns.get_paginator("list_topics").paginate().build_full_result()["Topics"]
        if ":strata-local-mail-feedback-" in topic["TopicArn"]
    ]
    document = {"eventType": kind, "mail": mail, kind.lower(): about}
    sns.publish(TopicArn=topic, Message=json.dumps(document))
    return f"{mail['messageId']}:mail.{kind.lower()}"


def phone_number() -> str:
    """Return an unused phone number."""
    return f"+1555{uuid4().int % 10**10:010d}"


def digest_request() -> dict[str, str]:
    """Return the input of the schedule that makes the digest function send today's digest."""
    return {"time": (datetime.now(UTC) + timedelta(days=1)).isoformat()}


def forget_digest(platform: Platform) -> None:
    """Delete the records of the effects of today's digest."""
    client, effects = platform.cloud.client("dynamodb"), table(platform, "effects")
    pages = client.get_paginator("scan").paginate(TableName=effects, ProjectionExpression="id")
    for item in pages.build_full_result()["Items"]:
        if item["id"]["S"].startswith(f"digest-mail:{today()}:"):
            client.delete_item(TableName=effects, Key=item)


def today() -> str:
    """Return the current date in UTC."""
    return datetime.now(UTC).date().isoformat()
