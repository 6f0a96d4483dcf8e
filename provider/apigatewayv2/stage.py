"""Stages: where an API is called, with which limits, and what is logged of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, override

from provider.apigatewayv2.api import api_arn, api_endpoint, execution_arn
from provider.apigatewayv2.child import Child
from provider.apigatewayv2.settings import aws_names, update_tags
from provider.base import Properties
from provider.cloud import Cloud
from provider.shapes import camel, pascal

NESTED = ("accessLogSettings", "defaultRouteSettings")
"""The inputs whose own keys AWS writes in PascalCase."""


class Stage(Child):
    """A stage; its id is its name."""

    token = "aws:apigatewayv2/stage:Stage"
    noun = "stage"
    key = "StageName"
    names = aws_names(
        *NESTED,
        "apiId",
        "autoDeploy",
        "description",
        "routeSettings",
        "stageVariables",
        "tags",
        name="StageName",
    )
    inputs = frozenset(names)
    replace_on = frozenset({"apiId", "name"})
    identity = frozenset({"name"})
    defaults: ClassVar[Properties] = {
        "accessLogSettings": {},
        "autoDeploy": False,
        "defaultRouteSettings": {},
        "description": "",
        "routeSettings": [],
        "stageVariables": {},
    }

    @override
    def read(self, cloud: Cloud, resource_id: str, known: Mapping[str, Any]) -> Properties | None:
        properties = super().read(cloud, resource_id, known)
        if properties is None:
            return None
        client: Any = cloud.client("apigatewayv2")
        api_id: str = known["apiId"]
        endpoint = api_endpoint(cloud, api_id, client.get_api(ApiId=api_id)["ProtocolType"])
        arn = _arn(cloud, api_id, resource_id)
        return {
            **properties,
            # Asked for apart: the emulator's answer holds the tags that the stage was created with.
            "tags": client.get_tags(ResourceArn=arn)["Tags"],
            "arn": arn,
            "executionArn": f"{execution_arn(cloud, api_id)}/{resource_id}",
            "invokeUrl": f"{endpoint}/{'' if resource_id == '$default' else resource_id}",
        }

    @override
    def update(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> None:
        super().update(cloud, resource_id, old, new)
        update_tags(cloud.client("apigatewayv2"), _arn(cloud, new["apiId"], resource_id), old, new)

    @override
    def arguments(self, inputs: Properties) -> Properties:
        """The inputs as boto3 takes them: the settings of single routes by route key."""
        nested = pascal({key: inputs[key] for key in NESTED if key in inputs})
        given: Properties = {**super().arguments(inputs), **nested}
        if "RouteSettings" in given:
            given["RouteSettings"] = dict(map(_by_route_key, given["RouteSettings"]))
        return given

    @override
    def properties(self, answer: Mapping[str, Any]) -> Properties:
        properties = super().properties(answer)
        nested = camel({key: properties[key] for key in NESTED if key in properties})
        by_route_key: dict[str, Any] = properties.get("routeSettings", {})
        single = [{"routeKey": key, **camel(settings)} for key, settings in by_route_key.items()]
        return {**properties, **nested, "routeSettings": single}


def _by_route_key(settings: Mapping[str, Any]) -> tuple[str, Any]:
    return settings["routeKey"], pascal({key: settings[key] for key in settings if key != "routeKey"})


def _arn(cloud: Cloud, api_id: str, name: str) -> str:
    return f"{api_arn(cloud, api_id)}/stages/{name}"
