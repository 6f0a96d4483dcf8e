"""Resource servers of user pools."""

from __future__ import annotations

from typing import ClassVar, override

from provider.base import AutoName, Properties, Values
from provider.cloud import Cloud
from provider.fields import Block, Fields, Names, pascal_names
from provider.resource import Resource
from provider.services.cognito_idp import SERVICE


class ResourceServer(Resource):
    """The OAuth scopes of an API, under a common prefix; its ID is `pool|identifier`."""

    token = "aws:cognito/resourceServer:ResourceServer"
    service = SERVICE
    noun = "resource_server"
    read_call = "describe_{noun}"
    member = "ResourceServer"
    key: ClassVar[Names] = pascal_names("userPoolId", "identifier")
    id_format = "{userPoolId}|{identifier}"
    fields: ClassVar[Fields] = {"name": "Name", "scopes": Block("Scopes")}
    inputs = frozenset({*key, *fields})
    replace_on = frozenset(key)
    autoname = AutoName("name", 256)
    defaults: ClassVar[Properties] = {"scopes": []}
    creates_with_defaults = True

    @override
    def computed(self, cloud: Cloud, resource_id: str, found: Values, known: Values) -> Properties:
        identifiers = [f"{found['Identifier']}/{scope['ScopeName']}" for scope in found["Scopes"]]
        return {"scopeIdentifiers": identifiers}
