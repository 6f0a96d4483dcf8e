"""Operations: an hourly metric of every dead-letter queue's depth."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wiring.platform import Platform

NAMESPACE = "Strata"


def wire(platform: Platform) -> None:
    """Create the function after every domain has created its dead-letter queues."""
    platform.at_close(lambda: _measure_dead_letters(platform))


def _measure_dead_letters(platform: Platform) -> None:
    import pulumi

    from components.services import use_metrics
    from wiring.platform import env

    platform.schedule(
        "dead-letter-depth",
        "rate(1 hour)",
        "operations.dead_letters",
        platform.runtime.inventory.use_depths(),
        env(STACK=pulumi.get_stack()),
        use_metrics(NAMESPACE),
    )
