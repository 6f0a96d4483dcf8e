"""The HTTP API."""

from __future__ import annotations

from typing import Any

import pytest

from components.access import Custom, Jwt, Public
from components.api import Api
from components.auth import Auth
from components.runtime import Runtime
from tests.infrastructure.components.build import ALARMS, HEALTH, settings
from tools.graph import Graph, built


def api(access: dict[str, Any], *routes: str, authorizers: tuple[str, ...] = ()) -> Graph:
    """The graph of an API whose routes are all answered by one function each."""

    def declare() -> None:
        runtime = Runtime("runtime", ALARMS, settings())
        scopes = {"a/b": "c", "users/read": "d"}
        auth = Auth("auth", scopes, "handlers.auth.pre_token:handler", runtime)
        gateway = Api("api", access, auth, runtime)
        for name in authorizers:
            gateway.authorizer(name, HEALTH)
        gateway.route(list(routes), HEALTH)
        gateway.deploy()

    return built(declare)


def test_each_kind_of_access_is_its_own_authorisation() -> None:
    """Scopes, any token, a Lambda authorizer, and everyone."""
    access = {
        "GET /scoped": Jwt(("users/read",)),
        "GET /signed-in": Jwt(),
        "GET /partner": Custom("partners"),
        "GET /open": Public("a test"),
    }
    graph = api(access, *access, authorizers=("partners",))

    assert {
        route.inputs["routeKey"]: (
            route.inputs["authorizationType"],
            route.inputs.get("authorizerId"),
            route.inputs.get("authorizationScopes"),
        )
        for route in graph.of("aws:apigatewayv2/route:Route").values()
    } == {
        "GET /scoped": ("JWT", "api-jwt-id", ["users/read"]),
        "GET /signed-in": ("JWT", "api-jwt-id", None),
        "GET /partner": ("CUSTOM", "api-partners-id", None),
        "GET /open": ("NONE", None, None),
    }


def test_a_lambda_authorizer_is_cached_and_may_be_called_by_its_gateway_alone() -> None:
    """It answers simply, for five minutes, and to this authorizer only."""
    graph = api({"GET /partner": Custom("partners")}, "GET /partner", authorizers=("partners",))
    authorizer = graph.inputs("aws:apigatewayv2/authorizer:Authorizer", "api-partners")
    permission = graph.inputs("aws:lambda/permission:Permission", "partners-authorizer-gateway")

    assert (authorizer["authorizerType"], authorizer["enableSimpleResponses"]) == ("REQUEST", True)
    assert authorizer["authorizerResultTtlInSeconds"] == 300
    assert (
        permission["sourceArn"]
        == "arn:aws:execute-api:us-east-1:123456789012:api-id/authorizers/api-partners-id"
    )


def test_a_route_whose_scope_nobody_can_have_is_refused() -> None:
    """A scope that the pool does not offer would shut everyone out."""
    with pytest.raises(ValueError, match="'GET /a' requires a/c: expected some of a/b, users/read"):
        api({"GET /a": Jwt(("a/c",))}, "GET /a")


def test_a_route_without_access_is_refused() -> None:
    """Nothing is open because somebody forgot to say who may call it."""
    with pytest.raises(ValueError, match="api api: 'GET /forgotten' has no entry in access"):
        api({}, "GET /forgotten")
