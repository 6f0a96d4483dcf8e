"""Routes of an API."""

from __future__ import annotations

from typing import ClassVar

from provider.base import Properties
from provider.fields import Fields, Names, pascal_names
from provider.resource import Listing, Resource
from provider.services.apigatewayv2 import SERVICE


class Route(Resource):
    """A route from a request or message to an integration; AWS chooses its ID."""

    token = "aws:apigatewayv2/route:Route"
    service = SERVICE
    noun = "route"
    key: ClassVar[Names] = {"apiId": "ApiId", "id": "RouteId"}
    id_from = "RouteId"
    fields: ClassVar[Fields] = pascal_names(
        "apiKeyRequired",
        "authorizationScopes",
        "authorizationType",
        "authorizerId",
        "operationName",
        "routeKey",
        "target",
    )
    inputs = frozenset({"apiId", *fields})
    replace_on = frozenset({"apiId"})
    defaults: ClassVar[Properties] = {
        "apiKeyRequired": False,
        "authorizationScopes": [],
        "authorizationType": "NONE",
        "authorizerId": "",
        "operationName": "",
        "target": "",
    }
    updates_changes_only = True
    listing = Listing("get_routes", "Items", {"apiId": "ApiId"})
    identity = frozenset({"routeKey"})
