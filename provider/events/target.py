"""Targets: where a rule sends its events, in what shape, and what becomes of those that do not arrive."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any, override

from provider.base import Properties, ProviderError, ResourceType
from provider.cloud import Cloud
from provider.events.blocks import Block, found, sent
from provider.events.bus import DEFAULT_BUS, bus_name
from provider.shapes import arguments, told, unless_gone

GONE = "ResourceNotFoundException"
SETTINGS = {"arn": "Arn", "roleArn": "RoleArn", "input": "Input", "inputPath": "InputPath"}

BLOCKS = {
    "deadLetterConfig": Block("DeadLetterConfig", {"arn": "Arn"}),
    "retryPolicy": Block(
        "RetryPolicy",
        {
            "maximumEventAgeInSeconds": "MaximumEventAgeInSeconds",
            "maximumRetryAttempts": "MaximumRetryAttempts",
        },
    ),
    "inputTransformer": Block(
        "InputTransformer", {"inputPaths": "InputPathsMap", "inputTemplate": "InputTemplate"}
    ),
    "httpTarget": Block(
        "HttpParameters",
        {
            "headerParameters": "HeaderParameters",
            "pathParameterValues": "PathParameterValues",
            "queryStringParameters": "QueryStringParameters",
        },
    ),
    "sqsTarget": Block("SqsParameters", {"messageGroupId": "MessageGroupId"}),
}


class EventTarget(ResourceType):
    """A target of a rule. Its id is `bus-rule-target`, and without the bus on the default one."""

    token = "aws:cloudwatch/eventTarget:EventTarget"
    inputs = frozenset({*SETTINGS, *BLOCKS, "rule", "eventBusName", "targetId"})
    replace_on = frozenset({"rule", "eventBusName", "targetId"})

    @override
    def create(self, cloud: Cloud, inputs: Properties) -> str:
        """Add it to its rule, under an id made up for it where none is given."""
        target_id: str = inputs.get("targetId") or uuid.uuid4().hex
        _put(cloud, target_id, inputs)
        return _prefix(inputs) + target_id

    @override
    def read(self, cloud: Cloud, resource_id: str, known: Mapping[str, Any]) -> Properties | None:
        target_id = resource_id.removeprefix(_prefix(known))
        for target in _targets(cloud, known):
            if target["Id"] == target_id:
                bus = known.get("eventBusName", DEFAULT_BUS)
                place = {"rule": known["rule"], "eventBusName": bus, "targetId": target_id}
                return {**place, **_settings(target)}
        return None

    @override
    def update(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> None:
        """Put the whole target anew."""
        _put(cloud, resource_id.removeprefix(_prefix(new)), new)

    @override
    def delete(self, cloud: Cloud, resource_id: str, known: Mapping[str, Any]) -> None:
        ids = [resource_id.removeprefix(_prefix(known))]
        unless_gone(cloud.client("events").remove_targets, GONE, **_rule(known), Ids=ids)

    @override
    def find(self, cloud: Cloud, inputs: Properties) -> str | None:
        """By its id; where none is given, by all else that is."""
        sought = inputs.get("targetId") or _stated(inputs)
        for target in _targets(cloud, inputs):
            if sought in (target["Id"], _settings(target)):
                return _prefix(inputs) + target["Id"]
        return None


def _put(cloud: Cloud, target_id: str, inputs: Properties) -> None:
    target = {"Id": target_id, **arguments(inputs, SETTINGS), **sent(inputs, BLOCKS)}
    answer: Any = cloud.client("events").put_targets(**_rule(inputs), Targets=[target])
    for failed in answer["FailedEntries"]:
        raise ProviderError(f"{failed['ErrorCode']}: {failed['ErrorMessage']}")


def _targets(cloud: Cloud, known: Mapping[str, Any]) -> list[Any]:
    answer = unless_gone(cloud.client("events").list_targets_by_rule, GONE, **_rule(known))
    return answer["Targets"] if answer else []


def _settings(target: Mapping[str, Any]) -> Properties:
    return {**told(target, SETTINGS), **found(target, BLOCKS)}


def _stated(inputs: Properties) -> Properties:
    return {key: value for key, value in inputs.items() if key in (*SETTINGS, *BLOCKS)}


def _rule(known: Mapping[str, Any]) -> dict[str, str]:
    return {"Rule": known["rule"], "EventBusName": bus_name(known.get("eventBusName", DEFAULT_BUS))}


def _prefix(known: Mapping[str, Any]) -> str:
    bus = known.get("eventBusName", DEFAULT_BUS)
    return f"{known['rule']}-" if bus == DEFAULT_BUS else f"{bus}-{known['rule']}-"
