"""WebSocket APIs' resources against the embedded cloud, and what it makes of them."""

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
TELLS = """
import json
def handler(event, context):
    context = event["requestContext"]
    told = {name: context[name] for name in ("routeKey", "eventType", "authorizer")}
    return {"statusCode": 200, "body": json.dumps(told | {"sent": event["body"]})}
"""
SECONDS = 20


@pytest.fixture
def api(cloud: Cloud) -> Iterator[Properties]:
    """A WebSocket API that lives as long as the test."""
    resource_id = Api().create(cloud, WEBSOCKET)
    yield {**(Api().read(cloud, resource_id, WEBSOCKET) or {}), "id": resource_id}
    Api().delete(cloud, resource_id, WEBSOCKET)


def test_api_changes_in_place(cloud: Cloud) -> None:
    """Everything but the protocol can be changed, and how a route is found among it."""
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
def test_route_that_would_not_be_found_is_refused(cloud: Cloud, stated: Properties, shown: str) -> None:
    """The emulator would send each message to $default, where AWS finds its route."""
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


def test_authorizer_that_asks_for_the_query_lives_its_life(cloud: Cloud, api: Properties) -> None:
    """A WebSocket's authorizer names its sources in the route's words."""
    inputs: Properties = {
        "apiId": api["id"],
        "name": "ticket",
        "authorizerType": "REQUEST",
        "authorizerUri": "arn:one",
        "identitySources": ["route.request.querystring.ticket"],
    }
    changed = {**inputs, "authorizerUri": "arn:two", "identitySources": ["route.request.header.X-Ticket"]}

    exercise(cloud, Authorizer(), inputs, changed)


def test_routes_of_a_connection_live_their_lives(cloud: Cloud, api: Properties) -> None:
    """Opening, closing, an action and the rest are routes like any other."""
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
def test_authorisation_that_aws_does_not_have_is_refused(
    cloud: Cloud, api: Properties, key: str, kind: str
) -> None:
    """Only opening is authorised, and not by a JWT; AWS's refusal passes through."""
    with pytest.raises(ClientError) as refusal:
        Route().create(cloud, {"apiId": api["id"], "routeKey": key, "authorizationType": kind})

    assert refusal.value.response["Error"]["Code"] == "BadRequestException"


def test_stage_lives_its_life(cloud: Cloud, api: Properties) -> None:
    """A stage with all that ours states tells where to connect."""
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


def test_declared_api_is_one_that_can_be_talked_to(cloud: Cloud, api: Properties, tmp_path: Path) -> None:
    """Its authorizer decides, its routes are called with what the authorizer said, and it posts."""
    with (
        running(cloud, function(cloud, tmp_path, "ws-decides", DECIDES)) as decides,
        running(cloud, function(cloud, tmp_path, "ws-tells", TELLS)) as tells,
    ):
        _declare(cloud, api["id"], decides["arn"], tells["arn"])

        assert asyncio.run(_talk(f"{api['apiEndpoint']}/ws")) == (
            [401, 403],
            {"routeKey": "ping", "eventType": "MESSAGE", "sent": '{"action": "ping"}', **_AUTHORIZED},
            {"routeKey": "$default", "eventType": "MESSAGE", "sent": "no JSON", **_AUTHORIZED},
        )


def test_nobody_is_told_who_is_not_there(cloud: Cloud, api: Properties) -> None:
    """Posting goes to the stage's address over HTTP, and a connection that is none is gone."""
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


def _declare(cloud: Cloud, api_id: str, decides: str, tells: str) -> None:
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
        {"apiId": api_id, "integrationType": "AWS_PROXY", "integrationUri": URI.format(arn=tells)},
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
