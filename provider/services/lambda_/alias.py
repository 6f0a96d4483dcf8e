"""Aliases of functions."""

from __future__ import annotations

from typing import ClassVar, override

from provider.base import Properties, Values
from provider.cloud import Cloud
from provider.fields import Fields, Names
from provider.resource import Resource
from provider.services.lambda_ import SERVICE
from provider.services.lambda_.function import invoke_arn


class Alias(Resource):
    """A name of a published version of a function; its ID is its ARN."""

    token = "aws:lambda/alias:Alias"
    service = SERVICE
    noun = "alias"
    key: ClassVar[Names] = {"functionName": "FunctionName", "name": "Name"}
    id_from = "AliasArn"
    outputs: ClassVar[Fields] = {"functionVersion": "FunctionVersion", "arn": "AliasArn"}
    inputs = frozenset({*key, "functionVersion", "description", "routingConfig"})
    replace_on = frozenset(key)
    arn = "arn:aws:lambda:{region}:{account}:function:{functionName}:{name}"

    @override
    def to_aws(self, inputs: Values) -> Properties:
        """Return the whole alias: an empty value clears what is not stated."""
        routing: Properties = inputs.get("routingConfig", {})
        return {
            "FunctionVersion": inputs["functionVersion"],
            "Description": inputs.get("description", ""),
            "RoutingConfig": {"AdditionalVersionWeights": routing.get("additionalVersionWeights", {})},
        }

    @override
    def from_aws(self, found: Values, known: Values) -> Properties:
        weights = found.get("RoutingConfig", {}).get("AdditionalVersionWeights")
        routing = {"routingConfig": {"additionalVersionWeights": weights}} if weights else {}
        return {"description": found.get("Description", ""), **routing}

    @override
    def computed(self, cloud: Cloud, resource_id: str, found: Values, known: Values) -> Properties:
        return {"invokeArn": invoke_arn(cloud, found["AliasArn"])}

    @override
    def find(self, cloud: Cloud, inputs: Properties) -> str | None:
        alias = self.describe(cloud, "", inputs)
        return alias["AliasArn"] if alias else None
