"""The HTTP API.

These tests cannot show that API Gateway rejects a request; the tests on the embedded cloud do.
"""

from __future__ import annotations

from typing import Any

from components.access import Custom, Jwt, Public
from components.api import Api
from components.auth import Auth
from tests.infrastructure.components.build import (
    ADDRESS,
    AUTHORIZER,
    HEALTH,
    PERMISSION,
    ROUTE,
    mail,
    rejected,
    runtime,
)
from tools.graph import built


def declare(access: dict[str, Any], *routes: str, authorizers: tuple[str, ...] = ()) -> None:
    """Declare an API whose routes all have the same function."""
    shared = runtime()
    scopes = {"a/b": "c", "users/read": "d"}
    auth = Auth("auth", scopes, "handlers.auth.pre_token:handler", mail(), ADDRESS, shared)
    api = Api("api", access, auth, shared)
    for name in authorizers:
        api.authorizer(name, HEALTH)
    api.route(list(routes), HEALTH)
    api.deploy()


def test_each_kind_of_access_has_its_own_authorization() -> None:
    """A route accepts tokens with a scope, any token, the callers of a Lambda authorizer, or everyone."""
    access = {
        "GET /scoped": Jwt(("users/read",)),
        "GET /signed-in": Jwt(),
        "GET /partner": Custom("partners"),
        "GET /open": Public("a test"),
    }
    graph = built(lambda: declare(access, *access, authorizers=("partners",)))

    assert {
        route.inputs["routeKey"]: (
            route.inputs["authorizationType"],
            route.inputs.get("authorizerId"),
            route.inputs.get("authorizationScopes"),
        )
        for route in graph.of(ROUTE).values()
    } == {
        "GET /scoped": ("JWT", "api-jwt-id", ["users/read"]),
        "GET /signed-in": ("JWT", "api-jwt-id", None),
        "GET /partner": ("CUSTOM", "api-partners-id", None),
        "GET /open": ("NONE", None, None),
    }


def test_lambda_authorizer_is_cached_and_invoked_only_by_its_gateway() -> None:
    """It returns simple responses, cached for five minutes, and only this authorizer may invoke it."""
    access = {"GET /partner": Custom("partners")}
    graph = built(lambda: declare(access, "GET /partner", authorizers=("partners",)))
    authorizer = graph.inputs(AUTHORIZER, "api-partners")
    permission = graph.inputs(PERMISSION, "partners-authorizer-gateway")

    assert (authorizer["authorizerType"], authorizer["enableSimpleResponses"]) == ("REQUEST", True)
    assert authorizer["authorizerResultTtlInSeconds"] == 300
    assert (
        permission["sourceArn"]
        == "arn:aws:execute-api:us-east-1:123456789012:api-id/authorizers/api-partners-id"
    )


def test_route_with_an_unknown_scope_is_rejected() -> None:
    """No token can have a scope that the user pool does not define."""
    rejected(
        lambda: declare({"GET /a": Jwt(("a/c",))}, "GET /a"),
        r"'GET /a' requires a/c: expected some of a/b, users/read",
    )


def test_route_without_access_is_rejected() -> None:
    """A route is never public by omission."""
    rejected(
        lambda: declare({}, "GET /forgotten"),
        "api api: 'GET /forgotten' has no entry in access",
    )


def test_route_without_a_function_is_rejected() -> None:
    """Every route with an access rule has a function that handles it."""
    access = {"GET /a": Public("a test"), "GET /b": Public("a test")}

    rejected(lambda: declare(access, "GET /a"), "api api: no function handles GET /b")
