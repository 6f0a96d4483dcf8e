"""EventBridge's resource types."""

from __future__ import annotations

from local.provider.base import ResourceType
from local.provider.events.bus import EventArchive, EventBus
from local.provider.events.destination import EventApiDestination, EventConnection
from local.provider.events.rule import EventRule
from local.provider.events.target import EventTarget

TYPES: tuple[ResourceType, ...] = (
    EventBus(),
    EventArchive(),
    EventRule(),
    EventTarget(),
    EventConnection(),
    EventApiDestination(),
)
