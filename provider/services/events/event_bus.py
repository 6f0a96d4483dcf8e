"""Event buses."""

from __future__ import annotations

from typing import ClassVar, override

from provider.base import AutoName, Properties, Values
from provider.cloud import Cloud
from provider.fields import Block, Fields, Names, pascal_names
from provider.resource import Resource
from provider.services.events import SERVICE

DEFAULT_BUS = "default"


def bus_name(name_or_arn: str) -> str:
    """Return the name of a bus; the embedded cloud, unlike AWS, does not take an ARN in its place."""
    return name_or_arn.rpartition("/")[2] or DEFAULT_BUS


class EventBus(Resource):
    """A custom event bus; its ID is its name."""

    token = "aws:cloudwatch/eventBus:EventBus"
    service = SERVICE
    noun = "event_bus"
    read_call = "describe_{noun}"
    key: ClassVar[Names] = {"name": "Name"}
    id_format = "{name}"
    fields: ClassVar[Fields] = {
        **pascal_names("description", "kmsKeyIdentifier"),
        "deadLetterConfig": Block("DeadLetterConfig"),
        "logConfig": Block("LogConfig"),
    }
    inputs = frozenset({*key, *fields, "tags"})
    replace_on = frozenset(key)
    autoname = AutoName("name", 256)
    arn = "arn:aws:events:{region}:{account}:event-bus/{name}"
    defaults: ClassVar[Properties] = {
        "description": "",
        "kmsKeyIdentifier": "",
        "deadLetterConfig": {},
        "logConfig": {},
    }
    read_defaults: ClassVar[Properties] = {"description": "", "kmsKeyIdentifier": ""}

    @override
    def create(self, cloud: Cloud, inputs: Properties) -> str:
        # The embedded cloud ignores the tags of CreateEventBus.
        name = super().create(cloud, {key: value for key, value in inputs.items() if key != "tags"})
        self.update_tags(cloud, name, {}, inputs)
        return name

    @override
    def from_aws(self, found: Values, known: Values) -> Properties:
        return {key: value for key, value in super().from_aws(found, known).items() if value != {}}
