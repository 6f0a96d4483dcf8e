"""Who may call what, as the gateway will enforce it."""

from __future__ import annotations

import json
import zipfile

from tests.infrastructure.graph import Graph

ROUTE = "aws:apigatewayv2/route:Route"
STAGE = "aws:apigatewayv2/stage:Stage"

ROUTES = {
    "POST /users": ("JWT", ["users/write"], "users-create"),
    "GET /users": ("JWT", ["users/read"], "users-list"),
    "GET /users/{userId}": ("JWT", ["users/read"], "users-read"),
    "PATCH /users/{userId}": ("JWT", ["users/write"], "users-change"),
    "POST /users/{userId}": ("JWT", ["users/write"], "users-change"),
    "DELETE /users/{userId}": ("JWT", ["users/write"], "users-delete"),
    "GET /me": ("JWT", None, "me-read"),
    "PATCH /me": ("JWT", None, "me-change"),
    "GET /me/preferences": ("JWT", None, "me-preferences-read"),
    "PATCH /me/preferences": ("JWT", None, "me-preferences-change"),
    "POST /realtime/ticket": ("JWT", None, "realtime-ticket"),
    "POST /partners/{partner}/events": ("CUSTOM", None, "partners-accept"),
    "POST /webhooks/{provider}": ("NONE", None, "webhooks-receive"),
    "GET /health": ("NONE", None, "health-read"),
    "GET /openapi.json": ("NONE", None, "openapi-read"),
    "$default": ("NONE", None, "fallback-not-found"),
}


def test_every_route_has_its_authorisation_and_its_function(graph: Graph) -> None:
    """The whole list: nothing is open that is not listed as open."""
    routes = [route for route in graph.of(ROUTE).values() if route.inputs["apiId"] == "api-id"]
    integrations = {
        f"integrations/{name}-id": name for name in graph.of("aws:apigatewayv2/integration:Integration")
    }

    assert {
        route.inputs["routeKey"]: (
            route.inputs["authorizationType"],
            route.inputs.get("authorizationScopes"),
            integrations[route.inputs["target"]],
        )
        for route in routes
    } == ROUTES


def test_every_token_is_checked_by_our_pool_s_authorizer(graph: Graph) -> None:
    """Our issuer, and the clients that this stack declares; a partner's key is none of theirs."""
    clients = graph.of("aws:cognito/userPoolClient:UserPoolClient")
    authorizer = graph.of("aws:apigatewayv2/authorizer:Authorizer")["api-jwt"]
    asked = {
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
    assert asked == {
        **{key: "api-jwt-id" for key, (kind, _, _) in ROUTES.items() if kind == "JWT"},
        "POST /partners/{partner}/events": "api-partners-id",
        "$connect": "realtime-authorizer-id",
    }


def test_a_partner_s_key_is_asked_for_once_a_minute(graph: Graph) -> None:
    """The gateway holds on to the authorizer's answer by the key alone, and not for long."""
    authorizer = graph.inputs("aws:apigatewayv2/authorizer:Authorizer", "api-partners")

    assert {
        key: authorizer[key] for key in ("authorizerType", "identitySources", "enableSimpleResponses")
    } == {
        "authorizerType": "REQUEST",
        "identitySources": ["$request.header.Authorization"],
        "enableSimpleResponses": True,
    }
    assert authorizer["authorizerResultTtlInSeconds"] == 60


def test_every_function_may_be_invoked_by_its_own_route_alone(graph: Graph) -> None:
    """A permission names one function, one principal and one route of our API."""
    permissions = [
        (permission["function"], permission["principal"], permission["sourceArn"])
        for item in graph.of("aws:lambda/permission:Permission").values()
        for permission in [item.inputs]
    ]
    gateway = "arn:aws:execute-api:us-east-1:123456789012:api-id/api/"
    expected = [
        (function, "apigateway.amazonaws.com", gateway + key.replace(" ", ""))
        for key, (_, _, function) in ROUTES.items()
    ]
    pool = "arn:aws:cognito-idp:us-east-1:123456789012:userpool/auth"
    authorizer = "arn:aws:execute-api:us-east-1:123456789012:api-id/authorizers/api-partners-id"
    others = [
        ("auth-pre-token", "cognito-idp.amazonaws.com", pool),
        ("partners-authorizer", "apigateway.amazonaws.com", authorizer),
    ]

    ours = [permission for permission in permissions if not permission[2].partition(":realtime-id/")[1]]
    assert sorted(ours) == sorted([*expected, *others])


def test_the_stage_throttles_as_the_stack_says(dev: Graph, prod: Graph) -> None:
    """The default comes from the environment class, single routes from the stack file."""

    def limits(graph: Graph) -> tuple[dict[str, float], list[dict[str, object]]]:
        stage = graph.inputs(STAGE, "api")
        return stage["defaultRouteSettings"], stage["routeSettings"]

    assert limits(dev) == ({"throttlingRateLimit": 100, "throttlingBurstLimit": 200}, [])
    assert limits(prod) == (
        {"throttlingRateLimit": 1_000, "throttlingBurstLimit": 2_000},
        [{"routeKey": "POST /users", "throttlingRateLimit": 50, "throttlingBurstLimit": 100}],
    )


def test_the_stage_logs_every_request_as_json(graph: Graph, stack: str) -> None:
    """One JSON object a request, with what is needed to find it again and no body."""
    settings = graph.inputs(STAGE, "api")["accessLogSettings"]

    assert settings[
        "destinationArn"
    ] == "arn:aws:logs:us-east-1:123456789012:log-group:/aws/vendedlogs/strata-" + (f"{stack}-api-access")
    assert {"requestId", "ip", "route", "status", "latencyMs", "subject"} <= set(
        json.loads(settings["format"])
    )


def test_the_document_tells_what_the_gateway_enforces(graph: Graph) -> None:
    """The document that is served has the gateway's own paths and scopes."""
    code = graph.inputs("aws:lambda/function:Function", "openapi-read")["code"]
    with zipfile.ZipFile(code.path) as bundle:
        document = json.loads(bundle.read("handlers/openapi/openapi.json"))

    told = {
        f"{method.upper()} {path}": [
            scope for token in operation["security"] for scope in token.get("token", [])
        ]
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
    }
    assert told == {key: scopes or [] for key, (_, scopes, _) in ROUTES.items() if key != "$default"}
