"""From a signed delivery to an event on the bus: proved, taken once, and lost at no step."""

from __future__ import annotations

from handlers.events.publish import NewEvent, publish
from handlers.kit import log
from handlers.kit.invocation import correlation_id, event_facts
from handlers.webhooks import signature, storage, stripe
from handlers.webhooks.errors import SignatureInvalid
from handlers.webhooks.models import Received
from handlers.webhooks.secret import KEPT_SECONDS, READ_AGAIN_SECONDS, SECRETS
from handlers.webhooks.signature import TOLERANCE_SECONDS, Signature


def receive(header: str | None, content: bytes) -> Received:
    """Take one of Stripe's deliveries.

    It is marked as taken before it is published: of copies that arrive together one gets through, where
    a mark made afterwards would let them all. If publishing fails the mark is taken back, and if even
    that fails nothing is lost: to Stripe any answer but a success asks for the event again, and it comes
    with a time and a signature of its own, which no mark knows.

    Raises:
        SignatureInvalid: where nothing proves that Stripe sent it, or did so just now.
        InvalidRequest: where it is none of Stripe's events.
        DeliveryRepeated: where the same delivery was taken before.
        Unavailable: where secret, table or bus do not answer.
    """
    signed = signature.read(header)
    _prove(signed, content)
    told = stripe.read(content)
    delivery = f"webhook#stripe#{signature.fingerprint(signed, content)}"
    # It may come again until its time is out of tolerance; as long again makes up for clocks that differ.
    storage.mark(delivery, int(signed.time) + 2 * TOLERANCE_SECONDS)
    try:
        return _publish(told)
    except Exception:
        storage.unmark(delivery)
        raise


def _prove(signed: Signature, content: bytes) -> None:
    for age in (KEPT_SECONDS, READ_AGAIN_SECONDS):
        if signature.matches(signed, content, SECRETS.values(age)):
            return
    raise SignatureInvalid("the signature was not made of this body with the secret of this webhook")


def _publish(told: stripe.Told) -> Received:
    if told.data is None:
        _note_skipped(told)
        return Received(told.id, published=False)
    event = NewEvent(
        type=told.type,
        source=stripe.SOURCE,
        id=told.id,
        subject=told.id,
        data=told.data,
        correlation_id=correlation_id(),
        occurred_at=told.occurred_at,
    )
    publish([event])
    return Received(told.id, published=True)


def _note_skipped(told: stripe.Told) -> None:
    facts = event_facts(
        correlation_id(), eventId=told.id, eventType=told.type, source=stripe.SOURCE, outcome="skipped"
    )
    log.write("INFO", "event", facts)
