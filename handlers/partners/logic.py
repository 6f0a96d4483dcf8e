"""What becomes of a partner's event."""

from __future__ import annotations

import msgspec

from handlers.events.publish import NewEvent, publish
from handlers.kit.invocation import correlation_id
from handlers.partners.models import PartnerEvent


def accept(partner: str, told: PartnerEvent) -> str:
    """Put a partner's event on the bus, and answer its id.

    The id is made of the partner's: an event that is told again has no second effect.

    Raises:
        Unavailable: where the bus does not take it.
    """
    event = NewEvent(
        type=str(told.__struct_config__.tag),
        source=f"partner.{partner}",
        id=f"{partner}:{told.id}",
        subject=told.id,
        data=told.data,
        correlation_id=correlation_id(),
        occurred_at=msgspec.to_builtins(told.occurred_at),
    )
    publish([event])
    return event.id
