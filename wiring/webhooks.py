"""Webhooks: signed deliveries from other companies, published as events."""

from __future__ import annotations

from typing import TYPE_CHECKING

from components.access import Public
from wiring.declared import Declared, Route

if TYPE_CHECKING:
    from wiring.platform import Platform

DECLARED = Declared(
    routes={"POST /webhooks/{provider}": Route("webhooks.receive", Public("the sender signs each delivery"))},
    events=("payment.succeeded", "payment.failed"),
)


def wire(platform: Platform) -> None:
    """Create the signing secret and the function that publishes."""
    from components.secret import Secret

    stripe = Secret("webhook-stripe", "Signing secret of Stripe's webhook deliveries", platform.settings)
    platform.route(
        "webhooks.receive",
        platform.publish(DECLARED),
        platform.idempotency.use("PutItem", "DeleteItem"),
        stripe.use("WEBHOOK_SECRET"),
    )
    platform.export(webhookSecret=stripe.arn)
