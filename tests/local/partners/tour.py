"""Requests that use every permission of the partners functions."""

from __future__ import annotations

from uuid import uuid4

from operate import partners
from tests.local.events.senders import order_placed, send_event
from tests.local.platform import Platform


def tour(platform: Platform) -> None:
    """Send an event with a partner's key."""
    key = partners.add(platform.operated, f"p{uuid4().hex[:12]}")
    assert send_event(platform, key, order_placed()).status_code == 202
