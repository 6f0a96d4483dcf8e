"""Stripe's webhook: signed deliveries are accepted once, within five minutes."""

from __future__ import annotations

import json

import pytest

from tests.local.events.bus import refusal
from tests.local.events.senders import deliver, payment, replace_secret
from tests.local.platform import Platform, until
from tests.unit.handlers.webhooks.stripe_sender import signature


@pytest.fixture(scope="module")
def secret(platform: Platform) -> str:
    """The secret that Stripe signs with, which the webhook accepts."""
    return replace_secret(platform)


def test_signed_delivery_is_published(platform: Platform, secret: str) -> None:
    """It is accepted, and the audit trail has it as an event with the source `webhook.stripe`."""
    response = deliver(platform, text := payment(), signature(text, secret))
    correlation_id = response.headers["X-Correlation-Id"]
    (event,) = until(lambda: platform.trail(correlation_id))

    event_id = f"stripe:{json.loads(text)['id']}"
    assert (response.status_code, response.json()) == (202, {"id": event_id, "published": True})
    assert (event["source"], event["detail-type"]) == ("webhook.stripe", "payment.succeeded")
    assert event["detail"] == {
        "metadata": {
            "id": event_id,
            "correlationId": correlation_id,
            "occurredAt": "2026-01-31T09:30:00Z",
        },
        "data": {"paymentId": "pi_1", "amount": 1999, "currency": "EUR"},
    }


def test_replayed_delivery_is_rejected(platform: Platform, secret: str) -> None:
    """The same body with the same signature is accepted once, then rejected with 409."""
    header = signature(text := payment(), secret)

    responses = [deliver(platform, text, header) for _ in range(2)]

    assert [response.status_code for response in responses] == [202, 409]
    assert refusal(responses[1]) == (409, "The delivery was received before")


def test_delivery_with_an_invalid_signature_is_rejected(platform: Platform, secret: str) -> None:
    """Missing, of another body, by another secret, too old and in the future: 401."""
    text = payment()
    headers = [
        "",
        signature(payment(), secret),
        signature(text, "whsec_of_another"),
        signature(text, secret, age=301),
        signature(text, secret, age=-310),
    ]

    responses = [deliver(platform, text, header) for header in headers]

    assert [refusal(response) for response in responses] == [(401, "The signature is not valid")] * len(
        headers
    )


def test_unknown_provider_is_not_found(platform: Platform, secret: str) -> None:
    """A delivery to another provider's path: 404."""
    response = deliver(platform, text := payment(), signature(text, secret), provider="github")

    assert refusal(response) == (404, "The provider is unknown")


def test_previous_secret_is_accepted_beside_the_new_one(platform: Platform, secret: str) -> None:
    """While Stripe changes to the new secret, deliveries signed with either are accepted."""
    following = replace_secret(platform)

    responses = [deliver(platform, text := payment(), signature(text, each)) for each in (following, secret)]

    assert [response.status_code for response in responses] == [202, 202]
