"""Operations: an hourly log line with every dead-letter queue's depth."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wiring.platform import Platform


def wire(platform: Platform) -> None:
    """Create the function after every domain has created its dead-letter queues."""
    platform.at_close(lambda: _measure_dead_letters(platform))


def _measure_dead_letters(platform: Platform) -> None:
    platform.schedule(
        "dead-letter-depth",
        "rate(1 hour)",
        "operations.dead_letters",
        platform.runtime.inventory.use_depths(),
    )
