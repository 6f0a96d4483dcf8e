"""Events: deliveries to the HTTPS endpoints that the stack file lists."""

from __future__ import annotations

from typing import TYPE_CHECKING

from components.catalogue import ALL_EVENTS

if TYPE_CHECKING:
    from wiring.platform import Platform


def wire(platform: Platform) -> None:
    """Create a rule and an API destination for each delivery of the stack file."""
    for name, delivery in platform.settings.events.deliveries.items():
        platform.bus.deliver(
            name,
            {**ALL_EVENTS, "detail-type": list(delivery.events)},
            url=delivery.url,
            rate_limit=delivery.rate_limit,
            header=delivery.header,
            key=delivery.key,
        )
