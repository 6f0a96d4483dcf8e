"""A cloud with one resource type in memory, which records the calls of the driver."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from provider.base import AutoName, Properties, ResourceType
from provider.cloud import Cloud
from provider.naming import Naming
from provider.provider import Provider

TOKEN = "aws:test/thing:Thing"
NAMING = Naming("${project}-${stack}-${name}-${hex(7)}", "strata", "local")


class CutOffError(Exception):
    """The connection to the cloud was interrupted during a call."""


class Thing(ResourceType):
    """A resource with a name, a key whose change replaces it, and a value that can change in place."""

    token = TOKEN
    inputs = frozenset({"name", "key", "value", "needs"})
    replace_on = frozenset({"name", "key"})
    autoname = AutoName("name", 64)

    def __init__(self) -> None:
        self.held: dict[str, Properties] = {}
        self.calls: list[tuple[str, str]] = []
        self.fail_after_create: str | None = None

    def create(self, cloud: Cloud, inputs: Properties) -> str:
        name = inputs["name"]
        assert name not in self.held, "the name exists"
        self.calls.append(("create", name))
        self.held[name] = dict(inputs)
        if self.fail_after_create and self.fail_after_create in name:
            raise CutOffError(name)
        return name

    def read(self, cloud: Cloud, resource_id: str, known: Mapping[str, Any]) -> Properties | None:
        held = self.held.get(resource_id)
        return None if held is None else {**held, "arn": f"{cloud.endpoint}/{resource_id}"}

    def update(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> None:
        self.calls.append(("update", resource_id))
        self.held[resource_id] = dict(new)

    def delete(self, cloud: Cloud, resource_id: str, known: Mapping[str, Any]) -> None:
        self.calls.append(("delete", resource_id))
        self.held.pop(resource_id, None)

    def find(self, cloud: Cloud, inputs: Properties) -> str | None:
        return inputs["name"] if inputs["name"] in self.held else None


def provider(thing: Thing, endpoint: str = "http://127.0.0.1:1") -> Provider:
    """Return a provider with this resource type only."""
    return Provider(Cloud(endpoint), NAMING, {TOKEN: thing})
