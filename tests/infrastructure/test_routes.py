"""The routes of the HTTP API: their access, functions, throttling and log.

These tests cannot show that API Gateway rejects a request; the tests on the embedded cloud do.
"""

from __future__ import annotations

import json
import zipfile
from typing import Any

from components.access import Custom, Jwt, Public
from tools.graph import Graph
from wiring.declared import FALLBACK, every

ROUTE = "aws:apigatewayv2/route:Route"
STAGE = "aws:apigatewayv2/stage:Stage"


def http_routes(graph: Graph) -> dict[str, dict[str, Any]]:
    """Return the inputs of the HTTP API's routes by route key."""
    routes = [dict(item.inputs) for item in graph.of(ROUTE).values()]
    return {route["routeKey"]: route for route in routes if route["apiId"] == "api-id"}


def test_every_declared_route_is_registered_with_its_access(graph: Graph) -> None:
    """A route is public only if its domain declares it so, with a reason."""
    kinds = {Jwt: "JWT", Custom: "CUSTOM", Public: "NONE"}
    declared = {key: route.access for key, route in every().routes.items()}

    assert {key: route["authorizationType"] for key, route in http_routes(graph).items()} == {
        key: kinds[type(access)] for key, access in declared.items()
    }
    assert {
        key: tuple(scopes)
        for key, route in http_routes(graph).items()
        if (scopes := route.get("authorizationScopes"))
    } == {key: access.scopes for key, access in declared.items() if isinstance(access, Jwt) and access.scopes}
    assert all(access.reason for access in declared.values() if isinstance(access, Public))


def test_every_route_that_is_not_public_has_its_authorizer(graph: Graph) -> None:
    """Tokens are from the stack's user pool and clients; other credentials go to a Lambda authorizer."""
    clients = graph.of("aws:cognito/userPoolClient:UserPoolClient")
    authorizer = graph.of("aws:apigatewayv2/authorizer:Authorizer")["api-jwt"]
    authorizers = {
        route.inputs["routeKey"]: route.inputs["authorizerId"]
        for route in graph.of(ROUTE).values()
        if route.inputs["authorizationType"] != "NONE"
    }

    configuration = authorizer.inputs["jwtConfiguration"]
    assert {**configuration, "audiences": sorted(configuration["audiences"])} == {
        "issuer": "https://cognito-idp.us-east-1.amazonaws.com/auth-id",
        # The SDK registers the clients in any order.
        "audiences": sorted(f"{name}-id" for name in clients),
    }
    declared = {key: route.access for key, route in every().routes.items()}
    assert authorizers == {
        **{key: "api-jwt-id" for key, access in declared.items() if isinstance(access, Jwt)},
        **{
            key: f"api-{access.authorizer}-id"
            for key, access in declared.items()
            if isinstance(access, Custom)
        },
        "$connect": "realtime-authorizer-id",
    }


def test_gateway_caches_the_result_for_a_partner_s_key_for_a_minute(graph: Graph) -> None:
    """The cache key is the partner's key only, and a revoked key soon stops working."""
    authorizer = graph.inputs("aws:apigatewayv2/authorizer:Authorizer", "api-partners")

    assert {
        key: authorizer[key] for key in ("authorizerType", "identitySources", "enableSimpleResponses")
    } == {
        "authorizerType": "REQUEST",
        "identitySources": ["$request.header.Authorization"],
        "enableSimpleResponses": True,
    }
    assert authorizer["authorizerResultTtlInSeconds"] == 60


def test_every_route_may_invoke_only_its_own_function(graph: Graph) -> None:
    """Each permission of API Gateway is for one route, or one authorizer, and one function."""
    prefix = "arn:aws:execute-api:us-east-1:123456789012:api-id/"
    integrations = graph.of("aws:apigatewayv2/integration:Integration")
    functions = {
        f"integrations/{name}-id": item.inputs["integrationUri"].split(":function:")[1].partition("/")[0]
        for name, item in integrations.items()
    }
    permissions = [
        (":".join(filter(None, (item.inputs["function"], item.inputs.get("qualifier")))), source)
        for item in graph.of("aws:lambda/permission:Permission").values()
        if (source := item.inputs["sourceArn"].removeprefix(prefix)) != item.inputs["sourceArn"]
    ]
    expected = [
        (functions[route["target"]], f"api/{key.replace(' ', '')}")
        for key, route in http_routes(graph).items()
    ]

    assert sorted(each for each in permissions if not each[1].startswith("authorizers/")) == sorted(expected)


def test_throttling_of_the_stage_follows_the_settings(dev: Graph, prod: Graph) -> None:
    """The environment class has the default; the stack file overrides single routes."""

    def limits(graph: Graph) -> tuple[dict[str, float], list[dict[str, object]]]:
        stage = graph.inputs(STAGE, "api")
        return stage["defaultRouteSettings"], stage["routeSettings"]

    assert limits(dev) == ({"throttlingRateLimit": 100, "throttlingBurstLimit": 200}, [])
    assert limits(prod) == (
        {"throttlingRateLimit": 1_000, "throttlingBurstLimit": 2_000},
        [{"routeKey": "POST /users", "throttlingRateLimit": 50, "throttlingBurstLimit": 100}],
    )


def test_stage_logs_every_request_as_json(graph: Graph, stack: str) -> None:
    """The log has one JSON object for each request, with its id, route and caller, without its body."""
    settings = graph.inputs(STAGE, "api")["accessLogSettings"]

    assert settings[
        "destinationArn"
    ] == "arn:aws:logs:us-east-1:123456789012:log-group:/aws/vendedlogs/strata-" + (f"{stack}-api-access")
    assert {"requestId", "ip", "route", "status", "latencyMs", "subject"} <= set(
        json.loads(settings["format"])
    )


def test_api_document_has_the_routes_and_scopes_of_the_gateway(graph: Graph) -> None:
    """The document in the bundle of its function has the routes that the gateway enforces."""
    code = graph.inputs("aws:lambda/function:Function", "openapi-read")["code"]
    with zipfile.ZipFile(code.path) as bundle:
        document = json.loads(bundle.read("handlers/openapi/openapi.json"))

    documented = {
        f"{method.upper()} {path}": tuple(
            scope for token in operation["security"] for scope in token.get("token", [])
        )
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
    }
    assert documented == {
        key: tuple(route.get("authorizationScopes", ()))
        for key, route in http_routes(graph).items()
        if key != FALLBACK
    }


def test_fallback_has_the_routes_of_the_gateway(graph: Graph) -> None:
    """The bundle of the fallback has the route keys, which decide between 404 and 405."""
    code = graph.inputs("aws:lambda/function:Function", "fallback-not-found")["code"]
    with zipfile.ZipFile(code.path) as bundle:
        keys = json.loads(bundle.read("handlers/fallback/routes.json"))

    assert keys == sorted(set(http_routes(graph)) - {FALLBACK})
