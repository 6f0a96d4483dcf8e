"""Connections of API destinations."""

from __future__ import annotations

from typing import Any, ClassVar, override

from provider.base import AutoName, Properties, Values
from provider.fields import Block, Fields, Names, pascal_names
from provider.resource import Resource
from provider.services.events import SERVICE

AUTH_PARAMETERS: Fields = {
    "apiKey": Block("ApiKeyAuthParameters", {"key": "ApiKeyName", "value": "ApiKeyValue"}),
    "basic": Block("BasicAuthParameters", {"username": "Username", "password": "Password"}),
}


class AuthParameters(Block):
    """Authorization parameters, whose secrets AWS never returns: they read as last known."""

    @override
    def from_aws(self, value: Any, known: Any) -> Any:
        found = super().from_aws(value, known)
        secrets: Values = known or {}
        return {key: {**secrets.get(key, {}), **parameters} for key, parameters in found.items()}


class EventConnection(Resource):
    """The authorization of API destinations; its ID is its name."""

    token = "aws:cloudwatch/eventConnection:EventConnection"
    service = SERVICE
    noun = "connection"
    read_call = "describe_{noun}"
    key: ClassVar[Names] = {"name": "Name"}
    id_format = "{name}"
    fields: ClassVar[Fields] = {
        **pascal_names("authorizationType", "description"),
        "authParameters": AuthParameters("AuthParameters", AUTH_PARAMETERS),
    }
    outputs: ClassVar[Fields] = {"arn": "ConnectionArn"}
    inputs = frozenset({*key, *fields})
    replace_on = frozenset(key)
    autoname = AutoName("name", 64)
    arn = "arn:aws:events:{region}:{account}:connection/{name}/{suffix}"
    defaults: ClassVar[Properties] = {"description": ""}
    read_defaults: ClassVar[Properties] = {"authParameters": {}, **defaults}
