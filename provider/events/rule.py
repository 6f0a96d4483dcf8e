"""Rules: which events of a bus, or which moments, their targets are told of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, override

from provider.base import AutoName, Properties, ResourceType
from provider.cloud import Cloud
from provider.events.bus import DEFAULT_BUS, bus_name
from provider.events.tags import tags_of, update_tags
from provider.shapes import arguments, document, tag_list, told, unless_gone

GONE = "ResourceNotFoundException"
SETTINGS = {
    "description": "Description",
    "eventPattern": "EventPattern",
    "scheduleExpression": "ScheduleExpression",
    "state": "State",
}
DEFAULTS: Properties = {
    "description": "",
    "eventPattern": "",
    "scheduleExpression": "",
    "state": "ENABLED",
}


class EventRule(ResourceType):
    """A rule. Its id is `bus/name`, and the name alone on the default bus."""

    token = "aws:cloudwatch/eventRule:EventRule"
    inputs = frozenset({*SETTINGS, "name", "eventBusName", "tags"})
    replace_on = frozenset({"name", "eventBusName"})
    autoname = AutoName("name", 64)

    @override
    def create(self, cloud: Cloud, inputs: Properties) -> str:
        resource_id = _id(inputs)
        _put(cloud, resource_id, inputs, Tags=tag_list(inputs.get("tags")))
        return resource_id

    @override
    def read(self, cloud: Cloud, resource_id: str, known: Mapping[str, Any]) -> Properties | None:
        answer = _describe(cloud, resource_id)
        if answer is None:
            return None
        properties: Properties = {**DEFAULTS, **told(answer, SETTINGS)}
        if properties["eventPattern"]:
            properties["eventPattern"] = document(properties["eventPattern"], known.get("eventPattern"))
        return {
            **properties,
            "name": answer["Name"],
            "eventBusName": resource_id.rpartition("/")[0] or DEFAULT_BUS,
            "arn": answer["Arn"],
            "tags": tags_of(cloud, answer["Arn"]),
        }

    @override
    def update(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> None:
        """Put the whole rule anew but for its tags, which PutRule leaves alone on a rule that is there."""
        arn = _put(cloud, resource_id, new)
        update_tags(cloud, arn, old, new)

    @override
    def delete(self, cloud: Cloud, resource_id: str, known: Mapping[str, Any]) -> None:
        unless_gone(cloud.client("events").delete_rule, GONE, **_key(resource_id))

    @override
    def find(self, cloud: Cloud, inputs: Properties) -> str | None:
        return _id(inputs) if _describe(cloud, _id(inputs)) else None


def _put(cloud: Cloud, resource_id: str, inputs: Properties, **also: Any) -> str:
    settings = arguments({**DEFAULTS, **inputs}, SETTINGS)
    return cloud.client("events").put_rule(**_key(resource_id), **settings, **also)["RuleArn"]


def _describe(cloud: Cloud, resource_id: str) -> Any:
    return unless_gone(cloud.client("events").describe_rule, GONE, **_key(resource_id))


def _id(inputs: Properties) -> str:
    bus = inputs.get("eventBusName", DEFAULT_BUS)
    return inputs["name"] if bus == DEFAULT_BUS else f"{bus}/{inputs['name']}"


def _key(resource_id: str) -> dict[str, str]:
    # A bus that was given as an ARN has a slash of its own.
    bus, _, name = resource_id.rpartition("/")
    return {"Name": name, "EventBusName": bus_name(bus)}
