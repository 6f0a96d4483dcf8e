"""One resource's whole life against the embedded cloud, the same for every type."""

from __future__ import annotations

from typing import Any

from provider.base import Properties, ResourceType
from provider.cloud import Cloud


def exercise(cloud: Cloud, kind: ResourceType, inputs: Properties, changed: Properties) -> Properties:
    """Create, find, read, update and delete; answer the properties read after creation.

    `changed` holds the inputs after the update, whole; equal to `inputs` where nothing can be updated.
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
    """Read the resource and hold every input that AWS tells back against what was put in."""
    read = kind.read(cloud, resource_id, inputs)
    assert read is not None
    told = {key: value for key, value in read.items() if key in inputs}
    assert told == {key: inputs[key] for key in told}
    return read
