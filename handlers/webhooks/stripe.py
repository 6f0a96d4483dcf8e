"""Translates Stripe's events to the platform's; the types cover only the fields in use."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, NamedTuple

from msgspec import Meta, Struct

from handlers.events.catalogue import Amount, PaymentFailed, PaymentSucceeded, Text, Timestamp
from handlers.http import parse
from handlers.kit import clock

SOURCE = "webhook.stripe"
_YEAR_10000 = 253_402_300_800


class StripeEvent(Struct, frozen=True):
    """The fields of every event of Stripe.

    `created` is a number in snapshot events and text in thin events (docs.stripe.com/event-destinations).
    """

    id: Annotated[
        str, Meta(max_length=128, pattern=r"^[\x21-\x7e]+$(?!\n)", description="the id of an event")
    ]
    type: Annotated[str, Meta(max_length=128, examples=["payment_intent.succeeded"])]
    created: Timestamp | Annotated[int, Meta(ge=0, lt=_YEAR_10000, description="epoch seconds")]


class PaymentError(Struct, frozen=True):
    """The reason for a failed payment."""

    code: Text | None = None


class PaymentIntent(Struct, frozen=True):
    """Stripe's record of a payment, from the first attempt on."""

    id: Text
    amount: Amount
    currency: Annotated[str, Meta(pattern=r"^[a-z]{3}$(?!\n)", description="ISO 4217 in lower case")]
    last_payment_error: PaymentError | None = None


class _PaymentData(Struct, frozen=True):
    object: PaymentIntent


class PaymentEvent(Struct, frozen=True):
    """The payment in an event."""

    data: _PaymentData


class TranslatedEvent(NamedTuple):
    """An event of Stripe, translated for the bus.

    Attributes:
        id: derived from Stripe's id, so it is the same in every delivery.
        type: the platform's type; Stripe's if the platform does not use the event.
        occurred_at: RFC 3339.
        data: the data that the catalogue defines for the type; None if the platform does not use the event.
    """

    id: str
    type: str
    occurred_at: str
    data: Struct | None


def translate(content: bytes) -> TranslatedEvent:
    """Parse the body of a delivery and translate its event.

    Raises:
        InvalidRequest: the body is not an event of Stripe.
    """
    event: StripeEvent = parse.body(StripeEvent, content)
    event_id = f"stripe:{event.id}"
    occurred_at = clock.timestamp(event.created) if isinstance(event.created, int) else event.created
    if event.type not in TRANSLATED:
        return TranslatedEvent(event_id, event.type, occurred_at, data=None)
    payment: PaymentEvent = parse.body(PaymentEvent, content)
    type_, data_of = TRANSLATED[event.type]
    return TranslatedEvent(event_id, type_, occurred_at, data_of(payment.data.object))


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
"""The type and data of the platform's event, by the type of Stripe's."""
