"""EventBridge's resource types."""

from __future__ import annotations

from provider.base import ResourceType
from provider.events.bus import EventArchive, EventBus
from provider.events.destination import EventApiDestination, EventConnection
from provider.events.rule import EventRule
from provider.events.target import EventTarget

TYPES: tuple[ResourceType, ...] = (
    EventBus(),
    EventArchive(),
    EventRule(),
    EventTarget(),
    EventConnection(),
    EventApiDestination(),
)
