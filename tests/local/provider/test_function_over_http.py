"""A function behind an HTTP API's route, called over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import urllib3

from provider.base import Properties
from provider.cloud import Cloud
from provider.services.apigatewayv2.api import Api
from provider.services.apigatewayv2.integration import Integration
from provider.services.apigatewayv2.route import Route
from provider.services.apigatewayv2.stage import Stage
from provider.services.lambda_.function import Function
from provider.services.lambda_.layer_version import LayerVersion
from tests.local.provider.functions import archive, function, running

GREETING = """
import os

import words


def handler(event, context):
    name = event["pathParameters"]["name"]
    return {"statusCode": 200, "body": f"{words.GREETING} {name}%s from {os.environ['SENDER']}"}
"""


@pytest.fixture
def greeting(cloud: Cloud, tmp_path: Path) -> Iterator[tuple[str, Properties]]:
    """Yield the URL and the inputs of a function with a layer and an environment, behind a route."""
    layer = {"layerName": "words", "code": archive(tmp_path, {"python/words.py": "GREETING = 'Hello'\n"})}
    inputs = function(
        cloud,
        tmp_path,
        "greeting",
        GREETING % "",
        layers=[LayerVersion().create(cloud, layer)],
        environment={"variables": {"SENDER": "Strata"}},
    )
    api_id = Api().create(cloud, {"name": "greetings", "protocolType": "HTTP"})
    with running(cloud, inputs) as outputs:
        integration: Properties = {
            "apiId": api_id,
            "integrationType": "AWS_PROXY",
            "integrationUri": outputs["invokeArn"],
            "payloadFormatVersion": "2.0",
        }
        target = f"integrations/{Integration().create(cloud, integration)}"
        Route().create(cloud, {"apiId": api_id, "routeKey": "GET /greetings/{name}", "target": target})
        stage: Properties = {"apiId": api_id, "name": "api", "autoDeploy": True}
        url = (Stage().read(cloud, Stage().create(cloud, stage), stage) or {})["invokeUrl"]
        yield f"{url}/greetings", inputs
    Api().delete(cloud, api_id, {})


def test_function_behind_a_route_responds(greeting: tuple[str, Properties]) -> None:
    """A handler with its layer and environment responds over HTTP; a path without a route returns 404."""
    url, _ = greeting

    responses = [urllib3.request("GET", address) for address in (f"{url}/Ada", url)]

    assert [(response.status, response.data) for response in responses] == [
        (200, b"Hello Ada from Strata"),
        (404, b'{"message":"Not Found"}'),
    ]


def test_first_request_after_an_update_runs_the_new_code(
    cloud: Cloud, tmp_path: Path, greeting: tuple[str, Properties]
) -> None:
    """The first request after each update returns the new code's response, although the old code is warm."""
    url, inputs = greeting
    responses = [urllib3.request("GET", f"{url}/Ada")]
    for mark in ("!", "!!", "!!!"):
        edited = {**inputs, "code": archive(tmp_path, {"main.py": GREETING % mark})}
        Function().update(cloud, "greeting", inputs, edited)
        responses.append(urllib3.request("GET", f"{url}/Ada"))
        inputs = edited

    assert [(response.status, response.data.decode()) for response in responses] == [
        (200, f"Hello Ada{mark} from Strata") for mark in ("", "!", "!!", "!!!")
    ]
