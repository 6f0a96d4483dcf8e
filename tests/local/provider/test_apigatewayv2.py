"""API Gateway's resource types against the embedded cloud."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from provider.base import Properties, ProviderError
from provider.cloud import Cloud
from provider.registry import types_of
from provider.services.apigatewayv2.api import Api
from provider.services.apigatewayv2.authorizer import Authorizer
from provider.services.apigatewayv2.integration import Integration
from provider.services.apigatewayv2.route import Route
from provider.services.apigatewayv2.stage import Stage
from tests.local.provider.lifecycle import exercise, expect_reads


@pytest.fixture
def api_id(cloud: Cloud) -> Iterator[str]:
    """Yield the ID of an HTTP API that is deleted after the test."""
    resource_id = Api().create(cloud, {"name": "children", "protocolType": "HTTP"})
    yield resource_id
    Api().delete(cloud, resource_id, {})


def lambda_integration(api_id: str, uri: str) -> Properties:
    """Return the inputs of an integration that calls a function."""
    return {
        "apiId": api_id,
        "integrationType": "AWS_PROXY",
        "integrationUri": uri,
        "payloadFormatVersion": "2.0",
    }


def test_service_has_five_types() -> None:
    """The registry finds each type of the service once."""
    assert [kind.token for kind in types_of("apigatewayv2")] == [
        "aws:apigatewayv2/api:Api",
        "aws:apigatewayv2/authorizer:Authorizer",
        "aws:apigatewayv2/integration:Integration",
        "aws:apigatewayv2/route:Route",
        "aws:apigatewayv2/stage:Stage",
    ]


def test_http_api_create_read_update_delete_with_every_input(cloud: Cloud) -> None:
    """An API reads as it was written, before and after an update of every input that can change."""
    inputs: Properties = {
        "name": "life",
        "protocolType": "HTTP",
        "description": "A life",
        "version": "1",
        "disableExecuteApiEndpoint": False,
        "corsConfiguration": {
            "allowOrigins": ["https://a.example"],
            "allowMethods": ["GET"],
            "allowHeaders": ["authorization"],
            "exposeHeaders": ["etag"],
            "allowCredentials": True,
            "maxAge": 60,
        },
        "routeSelectionExpression": "$request.method $request.path",
        "ipAddressType": "ipv4",
        "tags": {"stack": "local", "owner": "users"},
    }
    changed: Properties = {
        **inputs,
        "name": "afterlife",
        "description": "Another life",
        "version": "2",
        "corsConfiguration": {"allowOrigins": ["https://b.example"]},
        "ipAddressType": "dualstack",
        "tags": {"stack": "dev", "component": "api"},
    }

    outputs = exercise(cloud, Api(), inputs, inputs)
    resource_id = Api().create(cloud, inputs)
    Api().update(cloud, resource_id, inputs, changed)
    expect_reads(cloud, Api(), resource_id, changed)
    Api().delete(cloud, resource_id, changed)

    api = outputs["arn"].rsplit("/", 1)[1]
    assert {key: value for key, value in outputs.items() if key not in inputs} == {
        "arn": f"arn:aws:apigateway:us-east-1::/apis/{api}",
        "executionArn": f"arn:aws:execute-api:us-east-1:000000000000:{api}",
        "apiEndpoint": f"{cloud.endpoint}/_aws/execute-api/{api}",
    }


def test_http_api_input_no_longer_stated_gets_its_default(cloud: Cloud) -> None:
    """An input that the program no longer states gets AWS's default."""
    bare = {"name": "defaults", "protocolType": "HTTP"}
    stated: Properties = {
        **bare,
        "description": "stated",
        "version": "1",
        "disableExecuteApiEndpoint": True,
        "corsConfiguration": {"allowOrigins": ["*"]},
        "tags": {"a": "1"},
    }
    untouched = Api().create(cloud, bare)
    resource_id = Api().create(cloud, stated)

    Api().update(cloud, resource_id, stated, bare)

    ours = {"arn", "executionArn", "apiEndpoint"}
    back, expected = (Api().read(cloud, each, bare) or {} for each in (resource_id, untouched))
    assert {key: back[key] for key in back.keys() - ours} == {
        key: expected[key] for key in expected.keys() - ours
    }
    for each in (untouched, resource_id):
        Api().delete(cloud, each, bare)


def test_websocket_api_is_served_over_ws(cloud: Cloud) -> None:
    """A WebSocket API and its stage return the URLs to connect to."""
    inputs = {
        "name": "sockets",
        "protocolType": "WEBSOCKET",
        "routeSelectionExpression": "$request.body.action",
    }
    resource_id = Api().create(cloud, inputs)
    api = expect_reads(cloud, Api(), resource_id, inputs)
    stage = exercise(
        cloud, Stage(), {"apiId": resource_id, "name": "ws"}, {"apiId": resource_id, "name": "ws"}
    )
    Api().delete(cloud, resource_id, inputs)

    endpoint = cloud.endpoint.replace("http://", "ws://")
    assert api["apiEndpoint"] == f"{endpoint}/_aws/execute-api/{resource_id}"
    assert stage["invokeUrl"] == f"{endpoint}/_aws/execute-api/{resource_id}/ws"


def test_stage_create_read_update_delete_with_every_input(cloud: Cloud, api_id: str) -> None:
    """A stage reads as it was written, before and after an update of every input that can change."""
    inputs: Properties = {
        "apiId": api_id,
        "name": "api",
        "autoDeploy": True,
        "description": "A life",
        "accessLogSettings": {
            "destinationArn": cloud.arn("logs", "log-group:/a"),
            "format": "$context.requestId",
        },
        "defaultRouteSettings": {
            "throttlingBurstLimit": 100,
            "throttlingRateLimit": 50.5,
            "detailedMetricsEnabled": True,
        },
        "routeSettings": [
            {"routeKey": "GET /a", "throttlingBurstLimit": 1, "throttlingRateLimit": 1.5},
            {"routeKey": "GET /b", "throttlingBurstLimit": 2, "throttlingRateLimit": 2.5},
        ],
        "stageVariables": {"lower_case": "kept", "UPPER_CASE": "kept"},
        "tags": {"stack": "local", "owner": "users"},
    }
    changed: Properties = {
        "apiId": api_id,
        "name": "api",
        "autoDeploy": False,
        "description": "",
        "accessLogSettings": {
            "destinationArn": cloud.arn("logs", "log-group:/b"),
            "format": "$context.status",
        },
        "defaultRouteSettings": {"throttlingBurstLimit": 200, "throttlingRateLimit": 100.0},
        "routeSettings": [{"routeKey": "GET /b", "throttlingBurstLimit": 3}],
        "stageVariables": {"UPPER_CASE": "changed"},
        "tags": {"stack": "dev"},
    }

    outputs = exercise(cloud, Stage(), inputs, changed)

    assert {key: value for key, value in outputs.items() if key not in inputs} == {
        "arn": f"arn:aws:apigateway:us-east-1::/apis/{api_id}/stages/api",
        "executionArn": f"arn:aws:execute-api:us-east-1:000000000000:{api_id}/api",
        "invokeUrl": f"{cloud.endpoint}/_aws/execute-api/{api_id}/api",
    }


def test_stage_input_no_longer_stated_gets_its_default(cloud: Cloud, api_id: str) -> None:
    """Settings that the program no longer states are removed."""
    bare = {"apiId": api_id, "name": "api"}
    stated: Properties = {
        **bare,
        "autoDeploy": True,
        "accessLogSettings": {
            "destinationArn": cloud.arn("logs", "log-group:/a"),
            "format": "$context.status",
        },
        "defaultRouteSettings": {"throttlingBurstLimit": 1},
        "routeSettings": [{"routeKey": "GET /a", "throttlingBurstLimit": 1}],
        "stageVariables": {"a": "1"},
        "tags": {"a": "1"},
    }
    Stage().create(cloud, bare)
    expected = Stage().read(cloud, "api", bare)
    Stage().update(cloud, "api", bare, stated)
    expect_reads(cloud, Stage(), "api", stated)

    Stage().update(cloud, "api", stated, bare)

    assert Stage().read(cloud, "api", bare) == expected


def test_default_stage_is_called_without_its_name(cloud: Cloud, api_id: str) -> None:
    """The stage `$default` is served at the API's own URL."""
    inputs = {"apiId": api_id, "name": "$default"}
    Stage().create(cloud, inputs)

    stage = expect_reads(cloud, Stage(), "$default", inputs)

    assert stage["invokeUrl"] == f"{cloud.endpoint}/_aws/execute-api/{api_id}/"


def test_route_create_read_update_delete_with_every_input(cloud: Cloud, api_id: str) -> None:
    """A route reads as it was written, and an update can remove its authorizer."""
    inputs: Properties = {
        "apiId": api_id,
        "routeKey": "GET /users/{userId}",
        "target": "integrations/one",
        "authorizationType": "JWT",
        "authorizerId": "authorizer",
        "authorizationScopes": ["users/read", "users/write"],
        "operationName": "getUser",
        "apiKeyRequired": False,
    }
    changed: Properties = {
        "apiId": api_id,
        "routeKey": "GET /people/{userId}",
        "target": "integrations/two",
        "authorizationType": "NONE",
    }

    exercise(cloud, Route(), inputs, inputs)
    resource_id = Route().create(cloud, inputs)
    Route().update(cloud, resource_id, inputs, changed)

    back = expect_reads(cloud, Route(), resource_id, changed)
    assert back == {**changed, "authorizationScopes": [], "operationName": "", "apiKeyRequired": False}


def test_integration_create_read_update_delete_with_every_input(cloud: Cloud, api_id: str) -> None:
    """An integration reads as it was written, before and after an update of every input that can change."""
    inputs: Properties = {
        "apiId": api_id,
        "integrationType": "HTTP_PROXY",
        "integrationUri": "https://a.example/{proxy}",
        "integrationMethod": "GET",
        "connectionType": "INTERNET",
        "payloadFormatVersion": "1.0",
        "timeoutMilliseconds": 5000,
        "description": "A life",
        "credentialsArn": "arn:aws:iam::000000000000:role/one",
        "requestParameters": {"overwrite:header.x-stage": "$context.stage"},
        "responseParameters": [{"statusCode": "200", "mappings": {"append:header.x-api": "a"}}],
        "passthroughBehavior": "WHEN_NO_MATCH",
    }
    changed: Properties = {
        **inputs,
        "integrationUri": "https://b.example",
        "integrationMethod": "POST",
        "timeoutMilliseconds": 6000,
        "description": "Another life",
        "requestParameters": {"overwrite:path": "/b"},
        "responseParameters": [],
    }

    exercise(cloud, Integration(), inputs, changed)


@pytest.mark.parametrize("stated", [{}, {"payloadFormatVersion": "1.0"}], ids=["unstated", "stated"])
def test_payload_format_1_is_rejected(cloud: Cloud, api_id: str, stated: Properties) -> None:
    """A function that would receive events of another format on AWS is an error."""
    inputs = {"apiId": api_id, "integrationType": "AWS_PROXY", "integrationUri": "arn", **stated}

    with pytest.raises(ProviderError) as error:
        Integration().create(cloud, inputs)

    assert str(error.value) == (
        "the embedded cloud supports only payload format 2.0 for functions behind an HTTP API: "
        "set payloadFormatVersion to 2.0 (the default is 1.0)"
    )
    assert Integration().find(cloud, inputs) is None


def test_websocket_integration_needs_no_payload_format(cloud: Cloud) -> None:
    """A WebSocket API has a single format, which its integrations need not state."""
    api = {"name": "sockets", "protocolType": "WEBSOCKET", "routeSelectionExpression": "$request.body.action"}
    api_id = Api().create(cloud, api)
    inputs = {"apiId": api_id, "integrationType": "AWS_PROXY", "integrationUri": "arn"}

    exercise(cloud, Integration(), inputs, {**inputs, "integrationUri": "another"})

    Api().delete(cloud, api_id, api)


def test_newest_of_equal_integrations_is_found(cloud: Cloud, api_id: str) -> None:
    """Of integrations with the same inputs, the one created last is found."""
    inputs = lambda_integration(api_id, "arn")
    made = [Integration().create(cloud, inputs) for _ in range(3)]

    assert Integration().find(cloud, inputs) == made[-1]
    assert Integration().find(cloud, {**inputs, "description": "another"}) is None


def test_authorizers_create_read_update_delete(cloud: Cloud, api_id: str) -> None:
    """A JWT authorizer and a Lambda authorizer read as they were written."""
    jwt: Properties = {
        "apiId": api_id,
        "name": "tokens",
        "authorizerType": "JWT",
        "identitySources": ["$request.header.Authorization"],
        "jwtConfiguration": {"issuer": "https://issuer.example", "audiences": ["one", "two"]},
    }
    asking: Properties = {
        "apiId": api_id,
        "name": "asking",
        "authorizerType": "REQUEST",
        "identitySources": ["$request.header.X-Key"],
        "authorizerUri": "arn:one",
        "authorizerPayloadFormatVersion": "2.0",
        "enableSimpleResponses": True,
        "authorizerResultTtlInSeconds": 0,
        "authorizerCredentialsArn": "arn:aws:iam::000000000000:role/one",
    }

    exercise(
        cloud,
        Authorizer(),
        jwt,
        {**jwt, "jwtConfiguration": {"issuer": "https://b.example", "audiences": []}},
    )
    exercise(
        cloud,
        Authorizer(),
        asking,
        {**asking, "authorizerUri": "arn:two", "authorizerResultTtlInSeconds": 60},
    )


def test_misspelled_nested_key_is_an_error(cloud: Cloud, api_id: str) -> None:
    """The error names the unknown key of a block and the known ones."""
    inputs: Properties = {
        "apiId": api_id,
        "name": "tokens",
        "authorizerType": "JWT",
        "jwtConfiguration": {"audience": ["one"]},
    }

    with pytest.raises(ProviderError) as error:
        Authorizer().create(cloud, inputs)

    assert str(error.value) == "jwtConfiguration: unknown audience; known are audiences, issuer"


def test_children_of_a_deleted_api_are_gone(cloud: Cloud) -> None:
    """AWS deletes the resources of an API with it; they read as None and can be deleted."""
    api_id = Api().create(cloud, {"name": "parent", "protocolType": "HTTP"})
    children: list[tuple[Any, Properties]] = [
        (Stage(), {"apiId": api_id, "name": "api"}),
        (Route(), {"apiId": api_id, "routeKey": "GET /"}),
        (Integration(), lambda_integration(api_id, "arn")),
        (Authorizer(), {"apiId": api_id, "name": "tokens", "authorizerType": "JWT"}),
    ]
    made = [(kind, kind.create(cloud, inputs), inputs) for kind, inputs in children]

    Api().delete(cloud, api_id, {})

    for kind, resource_id, inputs in made:
        assert kind.read(cloud, resource_id, inputs) is None
        assert kind.find(cloud, inputs) is None
        kind.delete(cloud, resource_id, inputs)


def test_child_of_a_missing_api_is_rejected(cloud: Cloud) -> None:
    """AWS's error is passed on."""
    with pytest.raises(ClientError) as refusal:
        Route().create(cloud, {"apiId": "absent", "routeKey": "GET /"})

    assert refusal.value.response["Error"]["Code"] == "NotFoundException"
