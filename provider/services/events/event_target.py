"""Targets of rules."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar, override

from provider.base import Properties, ProviderError, Values
from provider.cloud import Cloud
from provider.fields import Block, Fields, pascal_names
from provider.resource import Resource
from provider.services.events import SERVICE
from provider.services.events.event_bus import DEFAULT_BUS, bus_name


class EventTarget(Resource):
    """A target of a rule; its ID is `bus-rule-target`, or `rule-target` on the default bus."""

    token = "aws:cloudwatch/eventTarget:EventTarget"
    service = SERVICE
    create_call = update_call = "put_targets"
    read_call = "list_targets_by_rule"
    delete_call = "remove_targets"
    fields: ClassVar[Fields] = {
        **pascal_names("arn", "roleArn", "input", "inputPath"),
        "deadLetterConfig": Block("DeadLetterConfig", pascal_names("arn")),
        "retryPolicy": Block("RetryPolicy", pascal_names("maximumEventAgeInSeconds", "maximumRetryAttempts")),
        "inputTransformer": Block(
            "InputTransformer", {"inputPaths": "InputPathsMap", "inputTemplate": "InputTemplate"}
        ),
        "httpTarget": Block(
            "HttpParameters",
            pascal_names("headerParameters", "pathParameterValues", "queryStringParameters"),
        ),
        "sqsTarget": Block("SqsParameters", pascal_names("messageGroupId")),
    }
    inputs = frozenset({*fields, "rule", "eventBusName", "targetId"})
    replace_on = frozenset({"rule", "eventBusName", "targetId"})

    @override
    def create(self, cloud: Cloud, inputs: Properties) -> str:
        """Add the target to its rule, with a generated ID when none is given."""
        target_id: str = inputs.get("targetId") or uuid.uuid4().hex
        self._put(cloud, target_id, inputs)
        return _prefix(inputs) + target_id

    @override
    def describe(self, cloud: Cloud, resource_id: str, known: Values) -> Any:
        target_id = resource_id.removeprefix(_prefix(known))
        return next((each for each in self._targets(cloud, known) if each["Id"] == target_id), None)

    @override
    def computed(self, cloud: Cloud, resource_id: str, found: Values, known: Values) -> Properties:
        bus = known.get("eventBusName", DEFAULT_BUS)
        return {"rule": known["rule"], "eventBusName": bus, "targetId": found["Id"]}

    @override
    def update(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> None:
        """Replace the whole target."""
        self._put(cloud, resource_id.removeprefix(_prefix(new)), new)

    @override
    def delete(self, cloud: Cloud, resource_id: str, known: Values) -> None:
        ids = [resource_id.removeprefix(_prefix(known))]
        self.call_unless_gone(cloud, self.delete_call, **_rule(known), Ids=ids)

    @override
    def find(self, cloud: Cloud, inputs: Properties) -> str | None:
        """Return the target with the given ID; without one, the target with the same settings."""
        settings = {key: value for key, value in inputs.items() if key in self.fields}
        identity = inputs.get("targetId") or settings
        for target in self._targets(cloud, inputs):
            if identity in (target["Id"], self.from_aws(target, {})):
                return _prefix(inputs) + target["Id"]
        return None

    def _put(self, cloud: Cloud, target_id: str, inputs: Properties) -> None:
        target = {"Id": target_id, **self.to_aws(inputs)}
        response = self.call(cloud, self.create_call, **_rule(inputs), Targets=[target])
        for failed in response["FailedEntries"]:
            raise ProviderError(f"{failed['ErrorCode']}: {failed['ErrorMessage']}")

    def _targets(self, cloud: Cloud, known: Values) -> list[Any]:
        response = self.call_unless_gone(cloud, self.read_call, **_rule(known))
        return response["Targets"] if response else []


def _rule(known: Values) -> dict[str, str]:
    return {"Rule": known["rule"], "EventBusName": bus_name(known.get("eventBusName", DEFAULT_BUS))}


def _prefix(known: Values) -> str:
    bus = known.get("eventBusName", DEFAULT_BUS)
    return f"{known['rule']}-" if bus == DEFAULT_BUS else f"{bus}-{known['rule']}-"
