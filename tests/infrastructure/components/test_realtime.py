"""The WebSocket API.

These tests cannot show that API Gateway rejects a connection; the tests on the embedded cloud do.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from components.data import Table
from components.realtime import Realtime
from components.table_spec import TableSpec
from tests.infrastructure.components.build import (
    AUTHORIZER,
    FUNCTION,
    HEALTH,
    LOG_GROUP,
    PERMISSION,
    ROUTE,
    granted,
    runtime,
    settings,
    tags,
)
from tools.graph import Graph, built

API = "aws:apigatewayv2/api:Api"
STAGE = "aws:apigatewayv2/stage:Stage"

EXECUTION = "arn:aws:execute-api:us-east-1:123456789012:realtime-id"
KEYS = ("$connect", "$disconnect", "ping", "$default")


def realtime(*keys: str) -> Graph:
    """Return the graph of a WebSocket API with these routes; `ping` may post, and `$default` may close."""

    def declare() -> None:
        shared = runtime()
        tickets = Table("tickets", TableSpec(key="ticket"), settings())
        api = Realtime("realtime", HEALTH, shared, uses=[tickets.use("DeleteItem")])
        for key in keys:
            uses = {"ping": [api.use()], "$default": [api.use("DELETE")]}
            api.route(key, HEALTH, uses=uses.get(key, ()))
        api.deploy()

    return built(declare)


@pytest.fixture(scope="module")
def graph() -> Graph:
    """The graph of a WebSocket API with every kind of route, built once."""
    return realtime(*KEYS)


def test_action_of_a_message_selects_the_route(graph: Graph) -> None:
    """The WebSocket API reads the route key from the body of the message."""
    assert graph.inputs(API, "realtime") == {
        "protocolType": "WEBSOCKET",
        "routeSelectionExpression": "$request.body.action",
        "tags": tags("realtime"),
    }


def test_connect_is_the_only_route_with_an_authorizer(graph: Graph) -> None:
    """API Gateway authorizes a WebSocket only at $connect; later messages use the same connection."""
    assert {
        route.inputs["routeKey"]: (
            route.inputs["authorizationType"],
            route.inputs.get("authorizerId"),
            route.inputs["target"],
        )
        for route in graph.of(ROUTE).values()
    } == {
        "$connect": ("CUSTOM", "realtime-authorizer-id", "integrations/realtime-connect-id"),
        "$disconnect": ("NONE", None, "integrations/realtime-disconnect-id"),
        "ping": ("NONE", None, "integrations/realtime-ping-id"),
        "$default": ("NONE", None, "integrations/realtime-default-id"),
    }


def test_authorizer_receives_the_ticket_of_the_query_string(graph: Graph) -> None:
    """It has no caching and no other input that a WebSocket API does not support."""
    uri = "arn:aws:apigateway:us-east-1:lambda:path/arn:aws:lambda:us-east-1:123456789012:function"

    assert graph.inputs(AUTHORIZER, "realtime-authorizer") == {
        "apiId": "realtime-id",
        "name": "ticket",
        "authorizerType": "REQUEST",
        "authorizerUri": f"{uri}:realtime-authorizer/invocations",
        "identitySources": ["route.request.querystring.ticket"],
    }


def test_each_function_is_invoked_only_by_its_own_route(graph: Graph) -> None:
    """A permission is for one function and for one route, or the authorizer, of this API."""
    assert {
        (each.inputs["function"], each.inputs["principal"], each.inputs["sourceArn"])
        for each in graph.of(PERMISSION).values()
    } == {
        (f"realtime-{name}", "apigateway.amazonaws.com", f"{EXECUTION}/{path}")
        for name, path in {
            "authorizer": "authorizers/realtime-authorizer-id",
            "connect": "ws/$connect",
            "disconnect": "ws/$disconnect",
            "ping": "ws/ping",
            "default": "ws/$default",
        }.items()
    }


def test_only_functions_with_the_use_may_post_or_close(graph: Graph) -> None:
    """The permission is for the connections of this stage."""
    tickets = "arn:aws:dynamodb:us-east-1:123456789012:table/tickets"
    post, close = (
        (["execute-api:ManageConnections"], [f"{EXECUTION}/ws/{method}/@connections/*"])
        for method in ("POST", "DELETE")
    )

    assert {name: granted(graph, name) for name in graph.of(FUNCTION)} == {
        "realtime-authorizer": [(["dynamodb:DeleteItem"], [tickets])],
        "realtime-connect": [],
        "realtime-disconnect": [],
        "realtime-ping": [post],
        "realtime-default": [close],
    }


def test_function_that_may_post_has_the_endpoint(graph: Graph) -> None:
    """Messages are posted to the address of the stage over HTTPS."""
    variables: Mapping[str, Any] = graph.inputs(FUNCTION, "realtime-ping")["environment"]["variables"]

    assert variables["WEBSOCKET_ENDPOINT"] == "https://realtime-id.execute-api.us-east-1.amazonaws.com/ws"
    assert "WEBSOCKET_ENDPOINT" not in graph.inputs(FUNCTION, "realtime-connect")["environment"]["variables"]


def test_stage_is_deployed_after_its_routes_with_a_log_and_limits(graph: Graph) -> None:
    """The stage's name is its path; it logs each request and throttles as the settings state."""
    inputs = dict(graph.inputs(STAGE, "realtime"))
    log = inputs.pop("accessLogSettings")

    assert inputs == {
        "apiId": "realtime-id",
        "name": "ws",
        "autoDeploy": True,
        "defaultRouteSettings": {"throttlingBurstLimit": 200, "throttlingRateLimit": 100.0},
        "tags": tags("realtime"),
    }
    assert log["destinationArn"].endswith(":log-group:/aws/vendedlogs/strata-test-realtime-access")
    assert json.loads(log["format"]) == {
        "requestId": "$context.requestId",
        "time": "$context.requestTime",
        "ip": "$context.identity.sourceIp",
        "route": "$context.routeKey",
        "event": "$context.eventType",
        "connectionId": "$context.connectionId",
        "subject": "$context.authorizer.principalId",
        "status": "$context.status",
        "integrationLatencyMs": "$context.integrationLatency",
        "error": "$context.error.message",
        "authorizerError": "$context.authorizer.error",
        "integrationError": "$context.integrationErrorMessage",
    }
    assert {urn.rpartition("::")[2] for urn in graph.of(STAGE)["realtime"].dependencies if ROUTE in urn} == {
        f"realtime-{key.removeprefix('$')}" for key in KEYS
    }


def test_api_without_a_connect_route_is_rejected() -> None:
    """Without $connect, API Gateway would accept every connection."""
    with pytest.raises(ValueError, match=r"realtime realtime: no function handles \$connect"):
        realtime("ping")


def test_access_log_has_the_usual_retention(graph: Graph) -> None:
    """Log groups under this prefix need no entry in the account's log delivery policy."""
    assert graph.inputs(LOG_GROUP, "realtime-access") == {
        "name": "/aws/vendedlogs/strata-test-realtime-access",
        "retentionInDays": 14,
        "tags": tags("realtime"),
    }
