"""Stripe's webhook: what is signed is taken, once and in time."""

from __future__ import annotations

import json
from uuid import uuid4

import pytest
import requests

from operate import webhooks
from tests.local.events.bus import refusal
from tests.local.platform import Platform, until
from tests.unit.handlers.webhooks.stripe_sender import SUCCEEDED, signature


@pytest.fixture(scope="module")
def secret(platform: Platform) -> str:
    """What Stripe signs with; the webhook knows it."""
    return replaced(platform)


def test_signed_delivery_is_published(platform: Platform, secret: str) -> None:
    """It is accepted, and stands in the audit trail as an event of ours from Stripe."""
    answer = deliver(platform, text := payment(), signature(text, secret))
    correlation_id = answer.headers["X-Correlation-Id"]
    (event,) = until(lambda: platform.trail(correlation_id))

    event_id = f"stripe:{json.loads(text)['id']}"
    assert (answer.status_code, answer.json()) == (202, {"id": event_id, "published": True})
    assert (event["source"], event["detail-type"]) == ("webhook.stripe", "payment.succeeded")
    assert event["detail"] == {
        "metadata": {
            "id": event_id,
            "correlationId": correlation_id,
            "occurredAt": "2026-01-31T09:30:00Z",
        },
        "data": {"paymentId": "pi_1", "amount": 1999, "currency": "EUR"},
    }


def test_delivery_that_is_replayed_is_refused(platform: Platform, secret: str) -> None:
    """The same body under the same signature is taken once: 409."""
    header = signature(text := payment(), secret)

    answers = [deliver(platform, text, header) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [202, 409]
    assert refusal(answers[1]) == (409, "The delivery was received before")


def test_delivery_that_proves_nothing_is_refused(platform: Platform, secret: str) -> None:
    """Unsigned, signed for another body, by another's secret, or too long ago: 401."""
    text = payment()
    headers = [
        "",
        signature(payment(), secret),
        signature(text, "whsec_of_another"),
        signature(text, secret, age=301),
        signature(text, secret, age=-310),
    ]

    answers = [deliver(platform, text, header) for header in headers]

    assert [refusal(answer) for answer in answers] == [(401, "The signature is not valid")] * len(headers)


def test_provider_that_nobody_knows_is_not_found(platform: Platform, secret: str) -> None:
    """There is one webhook, and no other: 404."""
    answer = deliver(platform, text := payment(), signature(text, secret), provider="github")

    assert refusal(answer) == (404, "The provider is unknown")


def test_secret_before_counts_beside_the_new_one(platform: Platform, secret: str) -> None:
    """While Stripe changes over, deliveries signed with either are taken."""
    following = replaced(platform)

    answers = [deliver(platform, text := payment(), signature(text, each)) for each in (following, secret)]

    assert [answer.status_code for answer in answers] == [202, 202]


def payment() -> str:
    """The body of a delivery of Stripe's, of an event that no other is about."""
    return json.dumps({**SUCCEEDED, "id": f"evt_{uuid4().hex}"})


def deliver(platform: Platform, text: str, header: str, provider: str = "stripe") -> requests.Response:
    """Send a delivery, signed as the header says."""
    headers = {"Stripe-Signature": header, "Content-Type": "application/json"}
    return platform.ask("POST", f"/webhooks/{provider}", data=text, headers=headers)


def replaced(platform: Platform) -> str:
    """A new secret of the webhook, once deliveries that are signed with it are taken."""
    secret = f"whsec_{uuid4().hex}"
    webhooks.replace_secret(platform.operated, secret)
    until(lambda: deliver(platform, text := payment(), signature(text, secret)).status_code, 202)
    return secret
