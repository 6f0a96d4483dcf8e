"""Routes: which requests or messages go where, and who may send them."""

from __future__ import annotations

from typing import ClassVar

from provider.apigatewayv2.child import Child
from provider.apigatewayv2.settings import aws_names
from provider.base import Properties


class Route(Child):
    """A route; AWS makes its id."""

    token = "aws:apigatewayv2/route:Route"
    noun = "route"
    key = "RouteId"
    names = aws_names(
        "apiId",
        "apiKeyRequired",
        "authorizationScopes",
        "authorizationType",
        "authorizerId",
        "operationName",
        "routeKey",
        "target",
    )
    inputs = frozenset(names)
    identity = frozenset({"routeKey"})
    defaults: ClassVar[Properties] = {
        "apiKeyRequired": False,
        "authorizationScopes": [],
        "authorizationType": "NONE",
        "authorizerId": "",
        "operationName": "",
        "target": "",
    }
