"""The WebSocket API."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from components.data import Table
from components.realtime import Realtime
from components.table_spec import TableSpec
from tests.infrastructure.components.build import HEALTH, runtime, settings
from tools.graph import Graph, built, statements

API = "aws:apigatewayv2/api:Api"

AUTHORIZER = "aws:apigatewayv2/authorizer:Authorizer"

ROUTE = "aws:apigatewayv2/route:Route"

STAGE = "aws:apigatewayv2/stage:Stage"

FUNCTION = "aws:lambda/function:Function"

PERMISSION = "aws:lambda/permission:Permission"

POLICY = "aws:iam/rolePolicy:RolePolicy"

EXECUTION = "arn:aws:execute-api:us-east-1:123456789012:realtime-id"

TAGS = {"project": "strata", "stack": "test", "component": "realtime"}

KEYS = ("$connect", "$disconnect", "ping", "$default")


def realtime(*keys: str) -> Graph:
    """The graph of a WebSocket API with these routes, of which `ping` may post."""

    def declare() -> None:
        shared = runtime()
        tickets = Table("tickets", TableSpec(key="ticket"), settings())
        api = Realtime("realtime", HEALTH, shared, uses=[tickets.use("DeleteItem")])
        for key in keys:
            api.route(key, HEALTH, uses=[api.use()] if key == "ping" else ())
        api.deploy()

    return built(declare)


@pytest.fixture(scope="module")
def graph() -> Graph:
    """The graph of a WebSocket API with all kinds of routes, built once."""
    return realtime(*KEYS)


def granted(graph: Graph, name: str) -> list[tuple[list[str], list[str]]]:
    """What a function may do besides writing its logs and traces."""
    return [
        (part["Action"], part["Resource"])
        for part in statements(graph.inputs(POLICY, name)["policy"])
        if not part["Action"][0].startswith(("logs:", "xray:"))
    ]


def test_route_is_what_the_message_s_action_says(graph: Graph) -> None:
    """The API speaks WebSocket, and looks for the route in the body."""
    assert graph.inputs(API, "realtime") == {
        "protocolType": "WEBSOCKET",
        "routeSelectionExpression": "$request.body.action",
        "tags": TAGS,
    }


def test_only_opening_is_authorised_and_nothing_opens_without(graph: Graph) -> None:
    """The whole list: $connect asks the authorizer, and what comes later comes over what it let in."""
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


def test_authorizer_asks_for_a_ticket_each_time(graph: Graph) -> None:
    """It is asked with the ticket of the query, and states nothing that a WebSocket API does not take."""
    uri = "arn:aws:apigateway:us-east-1:lambda:path/arn:aws:lambda:us-east-1:123456789012:function"

    assert graph.inputs(AUTHORIZER, "realtime-authorizer") == {
        "apiId": "realtime-id",
        "name": "ticket",
        "authorizerType": "REQUEST",
        "authorizerUri": f"{uri}:realtime-authorizer/invocations",
        "identitySources": ["route.request.querystring.ticket"],
    }


def test_every_function_may_be_invoked_by_its_own_route_alone(graph: Graph) -> None:
    """A permission names one function and one route, or the authorizer, of this API."""
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


def test_only_who_is_given_leave_may_post(graph: Graph) -> None:
    """Posting is to the connections of this stage, and granted to the function that asked for it."""
    tickets = "arn:aws:dynamodb:us-east-1:123456789012:table/tickets"
    post = (["execute-api:ManageConnections"], [f"{EXECUTION}/ws/POST/@connections/*"])

    assert {name: granted(graph, name) for name in graph.of(FUNCTION)} == {
        "realtime-authorizer": [(["dynamodb:DeleteItem"], [tickets])],
        "realtime-connect": [],
        "realtime-disconnect": [],
        "realtime-ping": [post],
        "realtime-default": [],
    }


def test_who_may_post_is_told_where(graph: Graph) -> None:
    """The address of the connections is the stage's own, over HTTP."""
    variables: Mapping[str, Any] = graph.inputs(FUNCTION, "realtime-ping")["environment"]["variables"]

    assert variables["WEBSOCKET_ENDPOINT"] == "https://realtime-id.execute-api.us-east-1.amazonaws.com/ws"
    assert "WEBSOCKET_ENDPOINT" not in graph.inputs(FUNCTION, "realtime-connect")["environment"]["variables"]


def test_stage_is_deployed_after_its_routes_with_a_log_and_limits(graph: Graph) -> None:
    """The stage's name is its path; it logs who came, and takes no more than the stack allows."""
    inputs = dict(graph.inputs(STAGE, "realtime"))
    log = inputs.pop("accessLogSettings")

    assert inputs == {
        "apiId": "realtime-id",
        "name": "ws",
        "autoDeploy": True,
        "defaultRouteSettings": {"throttlingBurstLimit": 200, "throttlingRateLimit": 100.0},
        "tags": TAGS,
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


def test_without_a_route_to_connect_nothing_is_deployed() -> None:
    """An API without $connect would let everybody in."""
    with pytest.raises(ValueError, match=r"realtime realtime: no function handles \$connect"):
        realtime("ping")


def test_access_log_is_kept_as_long_as_every_log(graph: Graph) -> None:
    """The group's name is where log delivery needs no entry in the account's policy."""
    assert graph.inputs("aws:cloudwatch/logGroup:LogGroup", "realtime-access") == {
        "name": "/aws/vendedlogs/strata-test-realtime-access",
        "retentionInDays": 14,
        "tags": TAGS,
    }
