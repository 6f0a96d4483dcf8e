"""The lifecycle of a resource against the embedded cloud, the same for every type."""

from __future__ import annotations

from typing import Any

from provider.base import Properties, ResourceType
from provider.cloud import Cloud


def exercise(cloud: Cloud, kind: ResourceType, inputs: Properties, changed: Properties) -> Properties:
    """Create, find, read, update and delete a resource; return the properties read after creation.

    `changed` holds all inputs after the update; equal to `inputs` for a type without updates.
    """
    resource_id = kind.create(cloud, inputs)
    first = expect_reads(cloud, kind, resource_id, inputs)
    assert kind.find(cloud, inputs) == resource_id

    if changed != inputs:
        kind.update(cloud, resource_id, inputs, changed)
        expect_reads(cloud, kind, resource_id, changed)

    known: dict[str, Any] = {**inputs, **first}
    kind.delete(cloud, resource_id, known)
    assert kind.read(cloud, resource_id, known) is None
    assert kind.find(cloud, inputs) is None
    kind.delete(cloud, resource_id, known)
    return first


def expect_reads(cloud: Cloud, kind: ResourceType, resource_id: str, inputs: Properties) -> Properties:
    """Read the resource and compare every input that AWS returns with the given one."""
    read = kind.read(cloud, resource_id, inputs)
    assert read is not None
    returned = {key: value for key, value in read.items() if key in inputs}
    assert returned == {key: inputs[key] for key in returned}
    return read
