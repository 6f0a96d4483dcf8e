"""API destinations."""

from __future__ import annotations

from typing import ClassVar

from provider.base import AutoName, Properties
from provider.fields import Fields, Names, pascal_names
from provider.resource import Resource
from provider.services.events import SERVICE


class EventApiDestination(Resource):
    """An HTTPS endpoint that receives events at a limited rate; its ID is its name."""

    token = "aws:cloudwatch/eventApiDestination:EventApiDestination"
    service = SERVICE
    noun = "api_destination"
    read_call = "describe_{noun}"
    key: ClassVar[Names] = {"name": "Name"}
    id_format = "{name}"
    fields: ClassVar[Fields] = pascal_names(
        "connectionArn", "description", "httpMethod", "invocationEndpoint", "invocationRateLimitPerSecond"
    )
    outputs: ClassVar[Fields] = {"arn": "ApiDestinationArn"}
    inputs = frozenset({*key, *fields})
    replace_on = frozenset(key)
    autoname = AutoName("name", 64)
    arn = "arn:aws:events:{region}:{account}:api-destination/{name}/{suffix}"
    defaults: ClassVar[Properties] = {"description": "", "invocationRateLimitPerSecond": 300}
    read_defaults = defaults
