"""Stripe's events, and what they are on our bus; of all that Stripe says, the rest is passed over."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, NamedTuple

from msgspec import Meta, Struct

from handlers.events.catalogue import Amount, PaymentFailed, PaymentSucceeded, Text
from handlers.http import parse
from handlers.kit import clock

SOURCE = "webhook.stripe"
_YEAR_10000 = 253_402_300_800


class StripeEvent(Struct, frozen=True):
    """What every event of Stripe's has."""

    id: Annotated[
        str, Meta(max_length=128, pattern=r"^[\x21-\x7e]+$(?!\n)", description="the id of an event")
    ]
    type: Annotated[str, Meta(max_length=128, examples=["payment_intent.succeeded"])]
    created: Annotated[int, Meta(ge=0, lt=_YEAR_10000, description="epoch seconds")]


class PaymentError(Struct, frozen=True):
    """Why a payment failed."""

    code: Text | None = None


class PaymentIntent(Struct, frozen=True):
    """A payment that somebody means to make."""

    id: Text
    amount: Amount
    currency: Annotated[str, Meta(pattern=r"^[a-z]{3}$(?!\n)", description="ISO 4217 in lower case")]
    last_payment_error: PaymentError | None = None


class _PaymentData(Struct, frozen=True):
    object: PaymentIntent


class PaymentEvent(Struct, frozen=True):
    """The part of an event that is about a payment."""

    data: _PaymentData


class Told(NamedTuple):
    """An event as it will stand on our bus.

    Attributes:
        id: made of Stripe's, and so the same however often Stripe delivers it.
        type: ours, or Stripe's where it has none of ours.
        occurred_at: RFC 3339.
        data: of the shape that the catalogue has for the type; None where nobody here asks for it.
    """

    id: str
    type: str
    occurred_at: str
    data: Struct | None


def read(content: bytes) -> Told:
    """The event in a body.

    Raises:
        InvalidRequest: where it is none of Stripe's shape.
    """
    event: StripeEvent = parse.body(StripeEvent, content)
    moment = clock.timestamp(event.created)
    told = Told(f"stripe:{event.id}", event.type, moment, data=None)
    if event.type not in TRANSLATED:
        return told
    payment: PaymentEvent = parse.body(PaymentEvent, content)
    ours, translate = TRANSLATED[event.type]
    return told._replace(type=ours, data=translate(payment.data.object))


def _succeeded(intent: PaymentIntent) -> Struct:
    return PaymentSucceeded(payment_id=intent.id, amount=intent.amount, currency=intent.currency.upper())


def _failed(intent: PaymentIntent) -> Struct:
    error = intent.last_payment_error
    return PaymentFailed(
        payment_id=intent.id,
        amount=intent.amount,
        currency=intent.currency.upper(),
        reason=error.code if error else None,
    )


TRANSLATED: Mapping[str, tuple[str, Callable[[PaymentIntent], Struct]]] = {
    "payment_intent.succeeded": ("payment.succeeded", _succeeded),
    "payment_intent.payment_failed": ("payment.failed", _failed),
}
"""Our types of event by Stripe's."""
