"""The resources of WebSocket APIs against the embedded cloud, and the running API."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from botocore.exceptions import ClientError

from provider.base import Properties, ProviderError
from provider.cloud import Cloud
from provider.services.apigatewayv2.api import Api
from provider.services.apigatewayv2.authorizer import Authorizer
from provider.services.apigatewayv2.integration import Integration
from provider.services.apigatewayv2.route import Route
from provider.services.apigatewayv2.stage import Stage
from tests.local.provider.functions import function, running
from tests.local.provider.lifecycle import exercise, expect_reads

WEBSOCKET: Properties = {
    "name": "sockets",
    "protocolType": "WEBSOCKET",
    "routeSelectionExpression": "$request.body.action",
}
URI = "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{arn}/invocations"
DECIDES = """
def handler(event, context):
    ticket = event["queryStringParameters"]["ticket"]
    effect = "Allow" if ticket == "good" else "Deny"
    statement = {"Action": "execute-api:Invoke", "Effect": effect, "Resource": event["methodArn"]}
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    return {"principalId": "ada", "policyDocument": policy, "context": {"audience": "everything"}}
"""
ECHO = """
import json
def handler(event, context):
    context = event["requestContext"]
    context_of_call = {name: context[name] for name in ("routeKey", "eventType", "authorizer")}
    return {"statusCode": 200, "body": json.dumps(context_of_call | {"sent": event["body"]})}
"""
SECONDS = 20


@pytest.fixture
def api(cloud: Cloud) -> Iterator[Properties]:
    """Yield a WebSocket API that is deleted after the test."""
    resource_id = Api().create(cloud, WEBSOCKET)
    yield {**(Api().read(cloud, resource_id, WEBSOCKET) or {}), "id": resource_id}
    Api().delete(cloud, resource_id, WEBSOCKET)


def test_api_changes_in_place(cloud: Cloud) -> None:
    """Every input except the protocol can change, including the route selection."""
    changed: Properties = {**WEBSOCKET, "name": "others", "routeSelectionExpression": "$request.body.type"}
    resource_id = Api().create(cloud, WEBSOCKET)

    Api().update(cloud, resource_id, WEBSOCKET, changed)

    expect_reads(cloud, Api(), resource_id, changed)
    Api().delete(cloud, resource_id, changed)


@pytest.mark.parametrize(
    ("stated", "shown"),
    [({}, "''"), ({"routeSelectionExpression": "$request.header.x"}, "'$request.header.x'")],
    ids=["unstated", "header"],
)
def test_unsupported_route_selection_is_rejected(cloud: Cloud, stated: Properties, shown: str) -> None:
    """The emulator would send each message to $default, but AWS would select its route."""
    inputs: Properties = {"name": "lost", "protocolType": "WEBSOCKET", **stated}
    expected = (
        f"routeSelectionExpression: {shown}: the embedded cloud selects the route of a WebSocket "
        "message by its body only: expected an expression such as $request.body.action"
    )

    with pytest.raises(ProviderError) as created:
        Api().create(cloud, inputs)
    with pytest.raises(ProviderError) as updated:
        Api().update(cloud, "any", WEBSOCKET, inputs)

    assert (str(created.value), str(updated.value)) == (expected, expected)
    assert Api().find(cloud, inputs) is None


def test_query_string_authorizer_create_read_update_delete(cloud: Cloud, api: Properties) -> None:
    """An authorizer of a WebSocket API names its sources as route expressions."""
    inputs: Properties = {
        "apiId": api["id"],
        "name": "ticket",
        "authorizerType": "REQUEST",
        "authorizerUri": "arn:one",
        "identitySources": ["route.request.querystring.ticket"],
    }
    changed = {**inputs, "authorizerUri": "arn:two", "identitySources": ["route.request.header.X-Ticket"]}

    exercise(cloud, Authorizer(), inputs, changed)


def test_websocket_routes_create_read_update_delete(cloud: Cloud, api: Properties) -> None:
    """$connect, $disconnect, an action and $default are routes like any other."""
    opening: Properties = {
        "apiId": api["id"],
        "routeKey": "$connect",
        "target": "integrations/one",
        "authorizationType": "CUSTOM",
        "authorizerId": "authorizer",
    }

    exercise(cloud, Route(), opening, {**opening, "target": "integrations/two"})
    for key in ("$disconnect", "$default", "ping"):
        inputs = {"apiId": api["id"], "routeKey": key, "target": "integrations/one"}
        exercise(cloud, Route(), inputs, {**inputs, "target": "integrations/two"})


@pytest.mark.parametrize(
    ("key", "kind"), [("ping", "CUSTOM"), ("$connect", "JWT")], ids=["later", "by token"]
)
def test_unsupported_authorization_is_rejected(cloud: Cloud, api: Properties, key: str, kind: str) -> None:
    """Only $connect is authorized, and not by a JWT; AWS's error is passed on."""
    with pytest.raises(ClientError) as refusal:
        Route().create(cloud, {"apiId": api["id"], "routeKey": key, "authorizationType": kind})

    assert refusal.value.response["Error"]["Code"] == "BadRequestException"


def test_stage_create_read_update_delete(cloud: Cloud, api: Properties) -> None:
    """A stage with every input returns the URL to connect to."""
    inputs: Properties = {
        "apiId": api["id"],
        "name": "ws",
        "autoDeploy": True,
        "accessLogSettings": {"destinationArn": cloud.arn("logs", "log-group:/a"), "format": "{}"},
        "defaultRouteSettings": {"throttlingBurstLimit": 100, "throttlingRateLimit": 50.0},
        "tags": {"stack": "local"},
    }
    changed: Properties = {
        **inputs,
        "defaultRouteSettings": {"throttlingBurstLimit": 10, "throttlingRateLimit": 5.0},
        "tags": {"stack": "dev"},
    }

    outputs = exercise(cloud, Stage(), inputs, changed)

    assert outputs["executionArn"] == f"{api['executionArn']}/ws"
    assert outputs["invokeUrl"] == f"{api['apiEndpoint']}/ws"


def test_declared_api_accepts_connections_and_messages(cloud: Cloud, api: Properties, tmp_path: Path) -> None:
    """The authorizer decides, routes receive the authorizer's context, and the API posts to connections."""
    with (
        running(cloud, function(cloud, tmp_path, "ws-decides", DECIDES)) as decides,
        running(cloud, function(cloud, tmp_path, "ws-echo", ECHO)) as echo,
    ):
        _declare(cloud, api["id"], decides["arn"], echo["arn"])

        assert asyncio.run(_talk(f"{api['apiEndpoint']}/ws")) == (
            [401, 403],
            {"routeKey": "ping", "eventType": "MESSAGE", "sent": '{"action": "ping"}', **_AUTHORIZED},
            {"routeKey": "$default", "eventType": "MESSAGE", "sent": "no JSON", **_AUTHORIZED},
        )


def test_post_to_an_unknown_connection_is_gone(cloud: Cloud, api: Properties) -> None:
    """A post goes to the stage's URL over HTTP, and returns Gone for an unknown connection."""
    import boto3

    gateway: Any = boto3.client(
        "apigatewaymanagementapi",
        endpoint_url=f"{api['apiEndpoint'].replace('ws://', 'http://')}/ws",
        region_name=cloud.region,
        aws_access_key_id="local",
        aws_secret_access_key="local",
    )

    with pytest.raises(ClientError) as refusal:
        gateway.post_to_connection(ConnectionId="absent", Data=b"hello")

    response: Any = refusal.value.response
    assert (response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"]) == (
        "GoneException",
        410,
    )


_AUTHORIZED = {"authorizer": {"principalId": "ada", "audience": "everything"}}


def _declare(cloud: Cloud, api_id: str, decides: str, echo: str) -> None:
    authorizer = Authorizer().create(
        cloud,
        {
            "apiId": api_id,
            "name": "ticket",
            "authorizerType": "REQUEST",
            "authorizerUri": URI.format(arn=decides),
            "identitySources": ["route.request.querystring.ticket"],
        },
    )
    integration = Integration().create(
        cloud,
        {"apiId": api_id, "integrationType": "AWS_PROXY", "integrationUri": URI.format(arn=echo)},
    )
    common = {"apiId": api_id, "target": f"integrations/{integration}"}
    opens = {"authorizationType": "CUSTOM", "authorizerId": authorizer}
    Route().create(cloud, {**common, **opens, "routeKey": "$connect"})
    for key in ("ping", "$default"):
        Route().create(cloud, {**common, "routeKey": key})
    Stage().create(cloud, {"apiId": api_id, "name": "ws", "autoDeploy": True})


async def _talk(address: str) -> tuple[list[int], Any, Any]:
    async with aiohttp.ClientSession() as session:
        refusals: list[int] = []
        for query in ("", "?ticket=bad"):
            with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
                await session.ws_connect(address + query)
            refusals.append(refused.value.status)
        async with session.ws_connect(f"{address}?ticket=good") as socket:
            await socket.send_str(json.dumps({"action": "ping"}))
            ping = await socket.receive_json(timeout=SECONDS)
            await socket.send_str("no JSON")
            return refusals, ping, await socket.receive_json(timeout=SECONDS)
