"""A fake of Stripe's deliveries."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from typing import Any

from handlers.webhooks.receive import handler
from tests.unit.handlers.declared import Declared
from tests.unit.handlers.lambda_ import Reply, call, request

ROUTE = "POST /webhooks/{provider}"
DECLARED = Declared(ROUTE)
SECRET = "whsec_test"
SUCCEEDED = {
    "id": "evt_1",
    "object": "event",
    "api_version": "2025-01-27",
    "created": 1_769_851_800,
    "type": "payment_intent.succeeded",
    "data": {"object": {"id": "pi_1", "object": "payment_intent", "amount": 1999, "currency": "eur"}},
    "livemode": False,
}
FAILED = {
    **SUCCEEDED,
    "id": "evt_2",
    "type": "payment_intent.payment_failed",
    "data": {
        "object": {
            "id": "pi_2",
            "amount": 500,
            "currency": "usd",
            "last_payment_error": {"code": "card_declined", "message": "Your card was declined."},
        }
    },
}


def signature(text: str, *secrets: str, age: float = 0) -> str:
    """Return the header that Stripe sent `age` seconds ago, signed with each of the secrets."""
    moment = int(time.time() - age)
    signed = f"{moment}.{text}".encode()
    values = [
        hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest() for secret in secrets or (SECRET,)
    ]
    return f"t={moment}," + ",".join(f"v1={value}" for value in values)


def send(text: str, header: str | None, provider: str = "stripe", **headers: str) -> Reply:
    """Send a delivery; the response must match the OpenAPI document."""
    sent = {"Content-Type": "application/json; charset=utf-8", **headers}
    if header is not None:
        sent["Stripe-Signature"] = header
    event = request(ROUTE, path={"provider": provider}, text=text, headers=sent)
    return DECLARED.check(call(handler, event))


def deliver(event: Any, *secrets: str, age: float = 0) -> Reply:
    """Sign and send an event as Stripe does."""
    text = json.dumps(event, indent=2)
    return send(text, signature(text, *secrets, age=age))
