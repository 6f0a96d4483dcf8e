"""A resource server: the OAuth scopes of an API, under a common prefix."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, override

from provider.base import AutoName, Properties
from provider.cloud import Cloud
from provider.cognito.in_pool import InPool
from provider.shapes import camel, pascal, told

PROPERTIES = {"identifier": "Identifier", "name": "Name", "scopes": "Scopes", "userPoolId": "UserPoolId"}


class ResourceServer(InPool):
    """Scopes that a user pool's tokens may carry. Its id is `pool|identifier`."""

    token = "aws:cognito/resourceServer:ResourceServer"
    inputs = frozenset(PROPERTIES)
    replace_on = frozenset({"identifier", "userPoolId"})
    autoname = AutoName("name", 256)
    separator = "|"
    key = "identifier"
    parameter = "Identifier"
    reader = "describe_resource_server"
    result = "ResourceServer"
    deleter = "delete_resource_server"

    @override
    def create(self, cloud: Cloud, inputs: Properties) -> str:
        resource_id = self.id_of(inputs)
        settings = self._settings(inputs)
        cloud.client("cognito-idp").create_resource_server(**self.address(resource_id), **settings)
        return resource_id

    @override
    def read(self, cloud: Cloud, resource_id: str, known: Mapping[str, Any]) -> Properties | None:
        server = self.describe(cloud, resource_id)
        if server is None:
            return None
        identifiers = [f"{server['Identifier']}/{scope['ScopeName']}" for scope in server["Scopes"]]
        return {**camel(told(server, PROPERTIES)), "scopeIdentifiers": identifiers}

    @override
    def update(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> None:
        settings = self._settings(new)
        cloud.client("cognito-idp").update_resource_server(**self.address(resource_id), **settings)

    def _settings(self, inputs: Properties) -> Properties:
        return {"Name": inputs["name"], "Scopes": pascal(inputs.get("scopes", []))}
