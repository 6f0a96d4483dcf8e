"""Rules of event buses."""

from __future__ import annotations

from typing import ClassVar, override

from provider.base import AutoName, Properties, Values
from provider.cloud import Cloud
from provider.fields import Document, Fields, pascal_names
from provider.resource import Resource
from provider.services.events import SERVICE
from provider.services.events.event_bus import DEFAULT_BUS, bus_name


class EventRule(Resource):
    """A rule that matches events or a schedule; its ID is `bus/name`, or the name on the default bus."""

    token = "aws:cloudwatch/eventRule:EventRule"
    service = SERVICE
    noun = "rule"
    # PutRule replaces the whole rule except its tags.
    create_call = update_call = "put_{noun}"
    read_call = "describe_{noun}"
    fields: ClassVar[Fields] = {
        **pascal_names("description", "scheduleExpression", "state"),
        "eventPattern": Document("EventPattern"),
    }
    outputs: ClassVar[Fields] = {"name": "Name", "arn": "Arn"}
    inputs = frozenset({*fields, "name", "eventBusName", "tags"})
    replace_on = frozenset({"name", "eventBusName"})
    autoname = AutoName("name", 64)
    # The ARN of a rule on the default bus does not contain the bus.
    arn = "arn:aws:events:{region}:{account}:rule/{eventBusName}/{name}"
    defaults: ClassVar[Properties] = {
        "description": "",
        "eventPattern": "",
        "scheduleExpression": "",
        "state": "ENABLED",
    }
    read_defaults = defaults
    creates_with_defaults = True

    @override
    def create_request(self, inputs: Properties) -> Properties:
        return {**super().create_request(inputs), **self.identify(_id(inputs), inputs)}

    @override
    def id_of(self, cloud: Cloud, inputs: Values) -> str:
        return _id(inputs)

    @override
    def identify(self, resource_id: str, known: Values) -> Properties:
        # The bus may be an ARN, which contains a slash.
        bus, _, name = resource_id.rpartition("/")
        return {"Name": name, "EventBusName": bus_name(bus)}

    @override
    def arn_of(self, cloud: Cloud, resource_id: str, known: Values) -> str:
        rule = self.identify(resource_id, known)
        bus = "" if rule["EventBusName"] == DEFAULT_BUS else f"{rule['EventBusName']}/"
        return cloud.arn("events", f"rule/{bus}{rule['Name']}")

    @override
    def computed(self, cloud: Cloud, resource_id: str, found: Values, known: Values) -> Properties:
        return {"eventBusName": resource_id.rpartition("/")[0] or DEFAULT_BUS}


def _id(inputs: Values) -> str:
    bus = inputs.get("eventBusName", DEFAULT_BUS)
    return inputs["name"] if bus == DEFAULT_BUS else f"{bus}/{inputs['name']}"
