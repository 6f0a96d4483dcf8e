"""Requests that use every permission of the operations function."""

from __future__ import annotations

from tests.local.platform import Platform


def tour(platform: Platform) -> None:
    """Measure the dead-letter queues."""
    platform.invoke("operations-dead-letters", {})
