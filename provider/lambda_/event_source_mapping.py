"""Event source mappings: what hands a queue's messages or a stream's records to a function."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, override

from provider.base import Properties, ResourceType
from provider.cloud import Cloud
from provider.shapes import camel, pascal, tag_changes, unless_gone

GONE = "ResourceNotFoundException"
DEFAULTS: Properties = {
    "destinationConfig": {},
    "enabled": True,
    "filterCriteria": {},
    "functionResponseTypes": [],
    "maximumBatchingWindowInSeconds": 0,
}
QUEUE_DEFAULTS: Properties = {**DEFAULTS, "batchSize": 10, "scalingConfig": {}}
STREAM_DEFAULTS: Properties = {
    **DEFAULTS,
    "batchSize": 100,
    "bisectBatchOnFunctionError": False,
    "maximumRecordAgeInSeconds": -1,
    "maximumRetryAttempts": -1,
    "parallelizationFactor": 1,
}


class EventSourceMapping(ResourceType):
    """A mapping of a queue or a stream to a function, version or alias; its id is a UUID."""

    token = "aws:lambda/eventSourceMapping:EventSourceMapping"
    inputs = frozenset(
        {
            *QUEUE_DEFAULTS,
            *STREAM_DEFAULTS,
            "eventSourceArn",
            "functionName",
            "startingPosition",
            "tags",
        }
    )
    replace_on = frozenset({"eventSourceArn", "startingPosition"})

    @override
    def create(self, cloud: Cloud, inputs: Properties) -> str:
        """Make it with AWS's own batch size where none is stated; the embedded cloud has one for all."""
        stated = {"batchSize": _defaults(inputs)["batchSize"], **inputs}
        return cloud.client("lambda").create_event_source_mapping(**_arguments(stated))["UUID"]

    @override
    def read(self, cloud: Cloud, resource_id: str, known: Mapping[str, Any]) -> Properties | None:
        """All inputs; the function by the name that is known, as long as it means the same function."""
        client: Any = cloud.client("lambda")
        answer = unless_gone(client.get_event_source_mapping, GONE, UUID=resource_id)
        if answer is None:
            return None
        function_arn = answer["FunctionArn"]
        name = known.get("functionName", function_arn)
        return {
            **_settings(answer),
            "functionName": name if _function_arn(cloud, name) == function_arn else function_arn,
            "tags": client.list_tags(Resource=answer["EventSourceMappingArn"])["Tags"],
            "arn": answer["EventSourceMappingArn"],
            "functionArn": function_arn,
            "uuid": resource_id,
        }

    @override
    def update(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> None:
        """State every setting that can change: what is no longer given goes back to its default."""
        client: Any = cloud.client("lambda")
        fixed = {*self.replace_on, "tags"}
        whole = {key: value for key, value in {**_defaults(new), **new}.items() if key not in fixed}
        answer = client.update_event_source_mapping(UUID=resource_id, **_arguments(whole))
        to_set, to_remove = tag_changes(old, new)
        if to_set:
            client.tag_resource(Resource=answer["EventSourceMappingArn"], Tags=to_set)
        if to_remove:
            client.untag_resource(Resource=answer["EventSourceMappingArn"], TagKeys=to_remove)

    @override
    def delete(self, cloud: Cloud, resource_id: str, known: Mapping[str, Any]) -> None:
        """Stop it; messages and records that are left stay where they are."""
        unless_gone(cloud.client("lambda").delete_event_source_mapping, GONE, UUID=resource_id)

    @override
    def find(self, cloud: Cloud, inputs: Properties) -> str | None:
        """By source and function, of which AWS allows one mapping a pair."""
        arn = _function_arn(cloud, inputs["functionName"])
        pages = cloud.client("lambda").get_paginator("list_event_source_mappings")
        answer: Any = pages.paginate(EventSourceArn=inputs["eventSourceArn"]).build_full_result()
        mappings = answer["EventSourceMappings"]
        return next((each["UUID"] for each in mappings if each["FunctionArn"] == arn), None)


def _defaults(inputs: Mapping[str, Any]) -> Properties:
    return QUEUE_DEFAULTS if inputs["eventSourceArn"].startswith("arn:aws:sqs:") else STREAM_DEFAULTS


def _function_arn(cloud: Cloud, name: str) -> str:
    """The ARN of a function given by ARN, by name, or by name and qualifier."""
    return name if name.startswith("arn:") else cloud.arn("lambda", f"function:{name}")


def _arguments(inputs: Mapping[str, Any]) -> Properties:
    """The inputs in AWS's shape; tags are data and stay as they are."""
    sent: Properties = pascal({key: value for key, value in inputs.items() if key != "tags"})
    if failures := inputs.get("destinationConfig", {}).get("onFailure"):
        sent["DestinationConfig"] = {"OnFailure": {"Destination": failures["destinationArn"]}}
    return {**sent, "Tags": inputs["tags"]} if "tags" in inputs else sent


def _settings(answer: Mapping[str, Any]) -> Properties:
    """AWS's answer as inputs, without the blocks that hold nothing."""
    told: Properties = camel(answer)
    told["enabled"] = not answer["State"].startswith("Disabl")
    if failures := answer.get("DestinationConfig", {}).get("OnFailure"):
        told["destinationConfig"] = {"onFailure": {"destinationArn": failures["Destination"]}}
    told = {**_defaults(told), **told}
    return {key: told[key] for key in EventSourceMapping.inputs if told.get(key) not in (None, {})}
