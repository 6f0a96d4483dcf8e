"""Event buses for tests, with a rule that listens to them."""

from __future__ import annotations

import json

from provider.base import Properties, ResourceType
from provider.cloud import Cloud
from provider.services.events.event_bus import EventBus
from provider.services.events.event_rule import EventRule

USERS = json.dumps({"source": ["strata.users"]}, indent=2)


def made(cloud: Cloud, kind: ResourceType, inputs: Properties) -> Properties:
    """A new resource's inputs and outputs."""
    return {**inputs, **(kind.read(cloud, kind.create(cloud, inputs), inputs) or {})}


def bus_with_rule(cloud: Cloud, name: str) -> Properties:
    """What a target must state of a new rule for the users' events on a new bus, both of this name."""
    EventBus().create(cloud, {"name": name})
    EventRule().create(cloud, {"name": name, "eventBusName": name, "eventPattern": USERS})
    return {"rule": name, "eventBusName": name}
