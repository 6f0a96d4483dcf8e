"""Event buses, and archives that keep what passed over them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, override

from provider.base import AutoName, Properties
from provider.cloud import Cloud
from provider.events.named import Named
from provider.events.tags import tags_of, update_tags
from provider.shapes import document

DEFAULT_BUS = "default"


def bus_name(name_or_arn: str) -> str:
    """The name of a bus; the embedded cloud, unlike AWS, takes no ARN in its place."""
    return name_or_arn.rpartition("/")[2] or DEFAULT_BUS


class EventBus(Named):
    """A custom event bus."""

    token = "aws:cloudwatch/eventBus:EventBus"
    inputs = frozenset({"name", "description", "kmsKeyIdentifier", "deadLetterConfig", "logConfig", "tags"})
    autoname = AutoName("name", 256)
    noun = "event_bus"
    arn_key = "Arn"
    defaults: ClassVar[Properties] = {
        "description": "",
        "kmsKeyIdentifier": "",
        "deadLetterConfig": {},
        "logConfig": {},
    }

    @override
    def create(self, cloud: Cloud, inputs: Properties) -> str:
        name = super().create(cloud, inputs)
        update_tags(cloud, _bus_arn(cloud, name), {}, inputs)
        return name

    @override
    def read(self, cloud: Cloud, resource_id: str, known: Mapping[str, Any]) -> Properties | None:
        properties = super().read(cloud, resource_id, known)
        return properties and {**properties, "tags": tags_of(cloud, properties["arn"])}

    @override
    def update(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> None:
        super().update(cloud, resource_id, old, new)
        update_tags(cloud, _bus_arn(cloud, resource_id), old, new)


class EventArchive(Named):
    """An archive of a bus's events, for so many days; zero is for ever."""

    token = "aws:cloudwatch/eventArchive:EventArchive"
    inputs = frozenset(
        {"name", "eventSourceArn", "description", "eventPattern", "retentionDays", "kmsKeyIdentifier"}
    )
    replace_on = frozenset({"name", "eventSourceArn"})
    autoname = AutoName("name", 48)
    noun = "archive"
    name_key = "ArchiveName"
    arn_key = "ArchiveArn"
    defaults: ClassVar[Properties] = {
        "description": "",
        "eventPattern": "",
        "retentionDays": 0,
        "kmsKeyIdentifier": "",
    }

    @override
    def settings(self, answer: Mapping[str, Any], known: Mapping[str, Any]) -> Properties:
        told = super().settings(answer, known)
        if told["eventPattern"]:
            told["eventPattern"] = document(told["eventPattern"], known.get("eventPattern"))
        return told


def _bus_arn(cloud: Cloud, name: str) -> str:
    return cloud.arn("events", f"event-bus/{name}")
