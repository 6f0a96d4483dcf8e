"""Lambda aliases: a stable name for a published version."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, override

from provider.base import Properties, ResourceType
from provider.cloud import Cloud
from provider.lambda_.function import invoke_arn
from provider.shapes import unless_gone


class Alias(ResourceType):
    """An alias; its id is its ARN."""

    token = "aws:lambda/alias:Alias"
    inputs = frozenset({"name", "functionName", "functionVersion", "description", "routingConfig"})
    replace_on = frozenset({"name", "functionName"})

    @override
    def create(self, cloud: Cloud, inputs: Properties) -> str:
        """Point the new name at a version of the function."""
        return cloud.client("lambda").create_alias(**_arguments(inputs))["AliasArn"]

    @override
    def read(self, cloud: Cloud, resource_id: str, known: Mapping[str, Any]) -> Properties | None:
        """All inputs but the function's name, which may have been given as an ARN."""
        alias = _alias(cloud, known)
        if alias is None:
            return None
        weights = alias.get("RoutingConfig", {}).get("AdditionalVersionWeights")
        return {
            "name": alias["Name"],
            "functionVersion": alias["FunctionVersion"],
            "description": alias.get("Description", ""),
            **({"routingConfig": {"additionalVersionWeights": weights}} if weights else {}),
            "arn": alias["AliasArn"],
            "invokeArn": invoke_arn(cloud, alias["AliasArn"]),
        }

    @override
    def update(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> None:
        """Point it elsewhere, at once for all callers."""
        cloud.client("lambda").update_alias(**_arguments(new))

    @override
    def delete(self, cloud: Cloud, resource_id: str, known: Mapping[str, Any]) -> None:
        """Remove the name; the version stays."""
        client: Any = cloud.client("lambda")
        unless_gone(client.delete_alias, "ResourceNotFoundException", **_key(known))

    @override
    def find(self, cloud: Cloud, inputs: Properties) -> str | None:
        """By function and name."""
        alias = _alias(cloud, inputs)
        return alias["AliasArn"] if alias else None


def _alias(cloud: Cloud, known: Mapping[str, Any]) -> Any:
    return unless_gone(cloud.client("lambda").get_alias, "ResourceNotFoundException", **_key(known))


def _key(known: Mapping[str, Any]) -> dict[str, str]:
    return {"FunctionName": known["functionName"], "Name": known["name"]}


def _arguments(inputs: Properties) -> dict[str, Any]:
    """The whole alias: what is not stated is sent as empty, which clears it."""
    routing: Properties = inputs.get("routingConfig", {})
    return {
        **_key(inputs),
        "FunctionVersion": inputs["functionVersion"],
        "Description": inputs.get("description", ""),
        "RoutingConfig": {"AdditionalVersionWeights": routing.get("additionalVersionWeights", {})},
    }
