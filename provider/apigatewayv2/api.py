"""HTTP and WebSocket APIs, without what hangs on them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, override

from provider.apigatewayv2.settings import aws_names, changes, update_tags
from provider.base import AutoName, Properties, ProviderError, ResourceType
from provider.cloud import Cloud
from provider.shapes import arguments, camel, pascal, told, unless_gone

NAMES = aws_names(
    "corsConfiguration",
    "description",
    "disableExecuteApiEndpoint",
    "ipAddressType",
    "name",
    "protocolType",
    "routeSelectionExpression",
    "tags",
    "version",
)

DEFAULTS: Properties = {
    "corsConfiguration": {},
    "description": "",
    "disableExecuteApiEndpoint": False,
    "ipAddressType": "ipv4",
    "routeSelectionExpression": "$request.method $request.path",
    "version": "",
}

IN_BODY = "$request.body."


class Api(ResourceType):
    """An API; AWS makes its id."""

    token = "aws:apigatewayv2/api:Api"
    inputs = frozenset(NAMES)
    replace_on = frozenset({"protocolType"})
    autoname = AutoName("name", 128)

    @override
    def create(self, cloud: Cloud, inputs: Properties) -> str:
        _refuse_unseen_selection(inputs)
        return cloud.client("apigatewayv2").create_api(**_arguments(inputs))["ApiId"]

    @override
    def read(self, cloud: Cloud, resource_id: str, known: Mapping[str, Any]) -> Properties | None:
        client: Any = cloud.client("apigatewayv2")
        answer = unless_gone(client.get_api, "NotFoundException", ApiId=resource_id)
        if answer is None:
            return None
        properties = told(answer, NAMES)
        arn = api_arn(cloud, resource_id)
        return {
            **properties,
            "corsConfiguration": camel(properties.get("corsConfiguration", {})),
            # Asked for apart: the emulator's answer holds the tags that the API was created with.
            "tags": client.get_tags(ResourceArn=arn)["Tags"],
            "arn": arn,
            "executionArn": execution_arn(cloud, resource_id),
            "apiEndpoint": api_endpoint(cloud, resource_id, answer["ProtocolType"]),
        }

    @override
    def update(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> None:
        _refuse_unseen_selection(new)
        client: Any = cloud.client("apigatewayv2")
        changed = changes(old, new, DEFAULTS)
        if changed.get("corsConfiguration") == {}:
            del changed["corsConfiguration"]
            client.delete_cors_configuration(ApiId=resource_id)
        if changed:
            client.update_api(ApiId=resource_id, **_arguments(changed))
        update_tags(client, api_arn(cloud, resource_id), old, new)

    @override
    def delete(self, cloud: Cloud, resource_id: str, known: Mapping[str, Any]) -> None:
        client: Any = cloud.client("apigatewayv2")
        unless_gone(client.delete_api, "NotFoundException", ApiId=resource_id)

    @override
    def find(self, cloud: Cloud, inputs: Properties) -> str | None:
        """By name and protocol."""
        apis = cloud.client("apigatewayv2").get_paginator("get_apis").paginate().build_full_result()["Items"]
        sought = (inputs["name"], inputs["protocolType"])
        return next((api["ApiId"] for api in apis if (api["Name"], api["ProtocolType"]) == sought), None)


def api_arn(cloud: Cloud, api_id: str) -> str:
    """The ARN by which an API is managed; it has no account in it."""
    return f"arn:aws:apigateway:{cloud.region}::/apis/{api_id}"


def execution_arn(cloud: Cloud, api_id: str) -> str:
    """The ARN that the permissions to call an API are written with."""
    return cloud.arn("execute-api", api_id)


def api_endpoint(cloud: Cloud, api_id: str, protocol: str) -> str:
    """Where the emulator serves an API of this protocol; a stage's name comes after it."""
    scheme, address = cloud.endpoint.split("://", 1)
    if protocol == "WEBSOCKET":
        scheme = scheme.replace("http", "ws")
    return f"{scheme}://{address}/_aws/execute-api/{api_id}"


def _arguments(inputs: Properties) -> Properties:
    given = arguments(inputs, NAMES)
    if "CorsConfiguration" in given:
        given["CorsConfiguration"] = pascal(given["CorsConfiguration"])
    return given


def _refuse_unseen_selection(inputs: Properties) -> None:
    """The emulator sends every message of a WebSocket API to $default, unless its route is in the body."""
    if inputs["protocolType"] != "WEBSOCKET":
        return
    selection = inputs.get("routeSelectionExpression", "")
    if not selection.startswith(IN_BODY):
        raise ProviderError(
            f"routeSelectionExpression: {selection!r}: the embedded cloud finds the route of a WebSocket's "
            f"message in its body alone: expected {IN_BODY}action or the like"
        )
