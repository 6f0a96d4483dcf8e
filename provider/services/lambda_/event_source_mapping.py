"""Event source mappings."""

from __future__ import annotations

from typing import ClassVar, override

from provider.base import Properties, Values
from provider.cloud import Cloud
from provider.fields import Names
from provider.resource import Resource
from provider.services.lambda_ import SERVICE
from provider.shapes import camel, pascal

COMMON_DEFAULTS: Properties = {
    "destinationConfig": {},
    "enabled": True,
    "filterCriteria": {},
    "functionResponseTypes": [],
    "maximumBatchingWindowInSeconds": 0,
}
QUEUE_DEFAULTS: Properties = {**COMMON_DEFAULTS, "batchSize": 10, "scalingConfig": {}}
STREAM_DEFAULTS: Properties = {
    **COMMON_DEFAULTS,
    "batchSize": 100,
    "bisectBatchOnFunctionError": False,
    "maximumRecordAgeInSeconds": -1,
    "maximumRetryAttempts": -1,
    "parallelizationFactor": 1,
}


class EventSourceMapping(Resource):
    """A mapping of a queue or a stream to a function, version or alias; its ID is a UUID."""

    token = "aws:lambda/eventSourceMapping:EventSourceMapping"
    service = SERVICE
    noun = "event_source_mapping"
    key: ClassVar[Names] = {"id": "UUID"}
    id_from = "UUID"
    inputs = frozenset(
        {*QUEUE_DEFAULTS, *STREAM_DEFAULTS, "eventSourceArn", "functionName", "startingPosition", "tags"}
    )
    replace_on = frozenset({"eventSourceArn", "startingPosition"})
    arn = "arn:aws:lambda:{region}:{account}:event-source-mapping:{id}"

    @override
    def create_request(self, inputs: Properties) -> Properties:
        # The embedded cloud has the same default batch size for every source.
        return super().create_request({"batchSize": _defaults(inputs)["batchSize"], **inputs})

    @override
    def to_aws(self, inputs: Values) -> Properties:
        request: Properties = pascal({key: value for key, value in inputs.items() if key != "tags"})
        if failures := inputs.get("destinationConfig", {}).get("onFailure"):
            request["DestinationConfig"] = {"OnFailure": {"Destination": failures["destinationArn"]}}
        return request

    @override
    def from_aws(self, found: Values, known: Values) -> Properties:
        """Return every input except empty blocks."""
        read: Properties = camel(found)
        read["enabled"] = not found["State"].startswith("Disabl")
        if failures := found.get("DestinationConfig", {}).get("OnFailure"):
            read["destinationConfig"] = {"onFailure": {"destinationArn": failures["Destination"]}}
        read = {**_defaults(read), **read}
        return {key: read[key] for key in self.inputs if read.get(key) not in (None, {})}

    @override
    def computed(self, cloud: Cloud, resource_id: str, found: Values, known: Values) -> Properties:
        function_arn: str = found["FunctionArn"]
        name = known.get("functionName", function_arn)
        return {
            "functionName": name if _function_arn(cloud, name) == function_arn else function_arn,
            "functionArn": function_arn,
            "uuid": resource_id,
        }

    @override
    def settings(self, old: Properties, new: Properties) -> Properties:
        return super().settings(old, {**_defaults(new), **new})

    @override
    def find(self, cloud: Cloud, inputs: Properties) -> str | None:
        """Return the mapping of the source to the function, of which AWS allows one."""
        arn = _function_arn(cloud, inputs["functionName"])
        source: str = inputs["eventSourceArn"]
        mappings = self.list_all(
            cloud, "list_event_source_mappings", "EventSourceMappings", EventSourceArn=source
        )
        return next((each["UUID"] for each in mappings if each["FunctionArn"] == arn), None)


def _defaults(inputs: Values) -> Properties:
    return QUEUE_DEFAULTS if inputs["eventSourceArn"].startswith("arn:aws:sqs:") else STREAM_DEFAULTS


def _function_arn(cloud: Cloud, name: str) -> str:
    """Return the ARN of a function given by ARN, by name, or by name and qualifier."""
    return name if name.startswith("arn:") else cloud.arn("lambda", f"function:{name}")
