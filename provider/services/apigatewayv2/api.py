"""HTTP and WebSocket APIs."""

from __future__ import annotations

from typing import ClassVar, override

from provider.base import AutoName, Properties, ProviderError, Values
from provider.cloud import Cloud
from provider.fields import Block, Fields, Names, pascal_names
from provider.resource import Listing, Resource
from provider.services.apigatewayv2 import SERVICE

IN_BODY = "$request.body."


class Api(Resource):
    """An HTTP or WebSocket API; AWS chooses its ID."""

    token = "aws:apigatewayv2/api:Api"
    service = SERVICE
    noun = "api"
    key: ClassVar[Names] = {"id": "ApiId"}
    id_from = "ApiId"
    fields: ClassVar[Fields] = {
        **pascal_names(
            "description",
            "disableExecuteApiEndpoint",
            "ipAddressType",
            "name",
            "protocolType",
            "routeSelectionExpression",
            "version",
        ),
        "corsConfiguration": Block("CorsConfiguration"),
    }
    inputs = frozenset({*fields, "tags"})
    replace_on = frozenset({"protocolType"})
    autoname = AutoName("name", 128)
    arn = "arn:aws:apigateway:{region}::/apis/{id}"
    defaults: ClassVar[Properties] = {
        "corsConfiguration": {},
        "description": "",
        "disableExecuteApiEndpoint": False,
        "ipAddressType": "ipv4",
        "routeSelectionExpression": "$request.method $request.path",
        "version": "",
    }
    read_defaults: ClassVar[Properties] = {"corsConfiguration": {}}
    updates_changes_only = True
    listing = Listing("get_apis", "Items", {})
    identity = frozenset({"name", "protocolType"})

    @override
    def create(self, cloud: Cloud, inputs: Properties) -> str:
        _check_route_selection(inputs)
        return super().create(cloud, inputs)

    @override
    def update(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> None:
        _check_route_selection(new)
        if old.get("corsConfiguration") and not new.get("corsConfiguration"):
            self.call(cloud, "delete_cors_configuration", ApiId=resource_id)
        super().update(cloud, resource_id, old, new)

    @override
    def settings(self, old: Properties, new: Properties) -> Properties:
        changed = super().settings(old, new)
        # UpdateApi takes no empty CORS configuration.
        return {key: value for key, value in changed.items() if (key, value) != ("corsConfiguration", {})}

    @override
    def computed(self, cloud: Cloud, resource_id: str, found: Values, known: Values) -> Properties:
        return {
            "executionArn": execution_arn(cloud, resource_id),
            "apiEndpoint": api_endpoint(cloud, resource_id, found["ProtocolType"]),
        }


def execution_arn(cloud: Cloud, api_id: str) -> str:
    """Return the ARN of an API in permissions to call it."""
    return cloud.arn("execute-api", api_id)


def api_endpoint(cloud: Cloud, api_id: str, protocol: str) -> str:
    """Return the URL at which the emulator serves an API of this protocol, without a stage."""
    scheme, address = cloud.endpoint.split("://", 1)
    if protocol == "WEBSOCKET":
        scheme = scheme.replace("http", "ws")
    return f"{scheme}://{address}/_aws/execute-api/{api_id}"


def _check_route_selection(inputs: Properties) -> None:
    """Raise a ProviderError for a WebSocket API whose messages the emulator would all send to $default."""
    if inputs["protocolType"] != "WEBSOCKET":
        return
    selection = inputs.get("routeSelectionExpression", "")
    if not selection.startswith(IN_BODY):
        raise ProviderError(
            f"routeSelectionExpression: {selection!r}: the embedded cloud selects the route of a WebSocket "
            f"message by its body only: expected an expression such as {IN_BODY}action"
        )
