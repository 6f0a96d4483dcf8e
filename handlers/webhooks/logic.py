"""Receives signed deliveries: verifies, deduplicates and publishes them."""

from __future__ import annotations

from handlers.events.publish import NewEvent, publish
from handlers.kit import log
from handlers.kit.invocation import correlation_id, event_facts
from handlers.webhooks import signature, storage, stripe
from handlers.webhooks.errors import SignatureInvalid
from handlers.webhooks.models import Received
from handlers.webhooks.secret import CACHE_SECONDS, REFRESH_SECONDS, SECRETS
from handlers.webhooks.signature import TOLERANCE_SECONDS, Signature


def receive(header: str | None, content: bytes) -> Received:
    """Receive a delivery from Stripe.

    The delivery is marked as received before its event is published, so that only one of concurrent copies
    passes. If publishing fails, the mark is deleted. If that fails too, nothing is lost: after any error
    response Stripe delivers the event again, with a new time and signature.

    Raises:
        SignatureInvalid: the delivery is not from Stripe, or its time is out of tolerance.
        InvalidRequest: the body is not an event of Stripe.
        DeliveryRepeated: the same delivery was received before.
        Unavailable: the secret, the table or the event bus is unavailable.
    """
    signed = signature.parse(header)
    _verify(signed, content)
    event = stripe.translate(content)
    delivery = f"webhook#stripe#{signature.fingerprint(signed, content)}"
    # A copy stays valid until its time is out of tolerance. Twice the tolerance allows for clock differences.
    storage.mark_received(delivery, int(signed.time) + 2 * TOLERANCE_SECONDS)
    try:
        return _publish(event)
    except Exception:
        storage.unmark_received(delivery)
        raise


def _verify(signed: Signature, content: bytes) -> None:
    for max_age in (CACHE_SECONDS, REFRESH_SECONDS):
        if signature.matches(signed, content, SECRETS.values(max_age)):
            return
    raise SignatureInvalid("the signature does not match the body and the secret of this webhook")


def _publish(event: stripe.TranslatedEvent) -> Received:
    if event.data is None:
        _log_skipped(event)
        return Received(event.id, published=False)
    published = NewEvent(
        type=event.type,
        source=stripe.SOURCE,
        id=event.id,
        subject=event.id,
        data=event.data,
        correlation_id=correlation_id(),
        occurred_at=event.occurred_at,
    )
    publish([published])
    return Received(event.id, published=True)


def _log_skipped(event: stripe.TranslatedEvent) -> None:
    facts = event_facts(
        correlation_id(),
        eventId=event.id,
        eventType=event.type,
        source=stripe.SOURCE,
        outcome="skipped",
    )
    log.write("INFO", "event", facts)
