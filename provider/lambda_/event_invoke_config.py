"""What becomes of a function's asynchronous invocations: retries, age and destinations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, override

from provider.base import Properties, ResourceType
from provider.cloud import Cloud
from provider.shapes import camel, pascal, unless_gone

LIMITS = ("maximumRetryAttempts", "maximumEventAgeInSeconds")
SETTINGS = (*LIMITS, "destinationConfig")
"""The inputs beside the function that they are for."""


class FunctionEventInvokeConfig(ResourceType):
    """The settings of one function, or of one of its versions or aliases.

    The id is the function's name, and `name:qualifier` where there is a qualifier.
    """

    token = "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig"
    inputs = frozenset({*SETTINGS, "functionName", "qualifier"})
    replace_on = frozenset({"functionName", "qualifier"})

    @override
    def create(self, cloud: Cloud, inputs: Properties) -> str:
        """Set them, all at once."""
        _put(cloud, inputs)
        return _id(inputs)

    @override
    def read(self, cloud: Cloud, resource_id: str, known: Mapping[str, Any]) -> Properties | None:
        """The settings, with AWS's defaults for limits not stated; destinations only where set."""
        client: Any = cloud.client("lambda")
        answer = unless_gone(
            client.get_function_event_invoke_config, "ResourceNotFoundException", **_key(known)
        )
        if answer is None:
            return None
        told = camel(answer)
        destinations = {on: target for on, target in told.get("destinationConfig", {}).items() if target}
        limits = {key: told[key] for key in LIMITS if key in told}
        return {**limits, **({"destinationConfig": destinations} if destinations else {})}

    @override
    def update(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> None:
        """Set them anew: what is no longer stated goes back to AWS's default."""
        _put(cloud, new)

    @override
    def delete(self, cloud: Cloud, resource_id: str, known: Mapping[str, Any]) -> None:
        """Back to AWS's defaults."""
        client: Any = cloud.client("lambda")
        unless_gone(client.delete_function_event_invoke_config, "ResourceNotFoundException", **_key(known))

    @override
    def find(self, cloud: Cloud, inputs: Properties) -> str | None:
        """By function and qualifier."""
        return _id(inputs) if self.read(cloud, _id(inputs), inputs) else None


def _put(cloud: Cloud, inputs: Properties) -> None:
    settings = pascal({key: inputs[key] for key in SETTINGS if key in inputs})
    cloud.client("lambda").put_function_event_invoke_config(**_key(inputs), **settings)


def _key(known: Mapping[str, Any]) -> dict[str, str]:
    qualifier = {"Qualifier": known["qualifier"]} if known.get("qualifier") else {}
    return {"FunctionName": known["functionName"], **qualifier}


def _id(inputs: Properties) -> str:
    return ":".join(_key(inputs).values())
