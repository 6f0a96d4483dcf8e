"""Publishes partners' events."""

from __future__ import annotations

import msgspec

from handlers.events.publish import NewEvent, publish
from handlers.kit.invocation import correlation_id
from handlers.partners.models import PartnerEvent


def accept(partner: str, accepted: PartnerEvent) -> str:
    """Publish a partner's event and return its id on the bus.

    The id is derived from the partner's, so a repeated event keeps its id and has no second effect.

    Raises:
        Unavailable: the event bus did not accept the event.
    """
    event = NewEvent(
        type=str(accepted.__struct_config__.tag),
        source=f"partner.{partner}",
        id=f"{partner}:{accepted.id}",
        subject=accepted.id,
        data=accepted.data,
        correlation_id=correlation_id(),
        occurred_at=msgspec.to_builtins(accepted.occurred_at),
    )
    publish([event])
    return event.id
