"""Event buses for tests, with a rule."""

from __future__ import annotations

import json

from provider.base import Properties, ResourceType
from provider.cloud import Cloud
from provider.services.events.event_bus import EventBus
from provider.services.events.event_rule import EventRule

USERS = json.dumps({"source": ["strata.users"]}, indent=2)


def created(cloud: Cloud, kind: ResourceType, inputs: Properties) -> Properties:
    """Create a resource and return its inputs and outputs."""
    return {**inputs, **(kind.read(cloud, kind.create(cloud, inputs), inputs) or {})}


def bus_with_rule(cloud: Cloud, name: str) -> Properties:
    """Create a bus and a rule of this name; return the inputs with which a target names them."""
    EventBus().create(cloud, {"name": name})
    EventRule().create(cloud, {"name": name, "eventBusName": name, "eventPattern": USERS})
    return {"rule": name, "eventBusName": name}
