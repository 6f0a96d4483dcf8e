"""EventBridge Scheduler: schedules that invoke one target each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, override

from provider.base import AutoName, Properties, ResourceType
from provider.cloud import Cloud
from provider.shapes import camel, pascal, unless_gone

GONE = "ResourceNotFoundException"
DEFAULT_GROUP = "default"
DEFAULTS: Properties = {
    "actionAfterCompletion": "NONE",
    "description": "",
    "groupName": DEFAULT_GROUP,
    "scheduleExpressionTimezone": "UTC",
    "state": "ENABLED",
}


class Schedule(ResourceType):
    """A schedule. Its id is `group/name`."""

    token = "aws:scheduler/schedule:Schedule"
    inputs = frozenset({*DEFAULTS, "name", "flexibleTimeWindow", "kmsKeyArn", "scheduleExpression", "target"})
    replace_on = frozenset({"name", "groupName"})
    autoname = AutoName("name", 64)

    @override
    def create(self, cloud: Cloud, inputs: Properties) -> str:
        cloud.client("scheduler").create_schedule(**pascal(inputs))
        return _id(inputs)

    @override
    def read(self, cloud: Cloud, resource_id: str, known: Mapping[str, Any]) -> Properties | None:
        answer = unless_gone(cloud.client("scheduler").get_schedule, GONE, **_key(resource_id))
        if answer is None:
            return None
        told: Properties = {**DEFAULTS, **camel(answer)}
        return {**{key: told[key] for key in self.inputs if key in told}, "arn": answer["Arn"]}

    @override
    def update(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> None:
        """Put the whole schedule anew: what is no longer stated goes back to AWS's default."""
        cloud.client("scheduler").update_schedule(**pascal(new))

    @override
    def delete(self, cloud: Cloud, resource_id: str, known: Mapping[str, Any]) -> None:
        unless_gone(cloud.client("scheduler").delete_schedule, GONE, **_key(resource_id))

    @override
    def find(self, cloud: Cloud, inputs: Properties) -> str | None:
        return _id(inputs) if self.read(cloud, _id(inputs), inputs) else None


def _id(inputs: Properties) -> str:
    return f"{inputs.get('groupName', DEFAULT_GROUP)}/{inputs['name']}"


def _key(resource_id: str) -> dict[str, str]:
    group, name = resource_id.split("/")
    return {"GroupName": group, "Name": name}


TYPES: tuple[ResourceType, ...] = (Schedule(),)
