"""Resource servers of user pools."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from typing_extensions import override

from provider.base import AutoName, Properties
from provider.cloud import Cloud
from provider.fields import Block, Fields, pascal_names
from provider.resource import Resource
from provider.services.cognito_idp import SERVICE


class ResourceServer(Resource):
    """The OAuth scopes of an API, under a common prefix; its ID is `pool|identifier`."""

    token = "aws:cognito/resourceServer:ResourceServer"
    service = SERVICE
    noun = "resource_server"
    read_call = "describe_{noun}"
    member = "ResourceServer"
    key: ClassVar[Mapping[str, str]] = pascal_names("userPoolId", "identifier")
    id_format = "{userPoolId}|{identifier}"
    fields: ClassVar[Fields] = {"name": "Name", "scopes": Block("Scopes")}
    inputs = frozenset({*key, *fields})
    replace_on = frozenset(key)
    autoname = AutoName("name", 256)
    defaults: ClassVar[Properties] = {"scopes": []}
    creates_with_defaults = True

    @override
    def computed(
        self, cloud: Cloud, resource_id: str, found: Mapping[str, Any], known: Mapping[str, Any]
    ) -> Properties:
        identifiers = [f"{found['Identifier']}/{scope['ScopeName']}" for scope in found["Scopes"]]
        return {"scopeIdentifiers": identifiers}
