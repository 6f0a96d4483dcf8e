"""Integrations: what an API calls to answer a request."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, override

from provider.apigatewayv2.child import Child
from provider.apigatewayv2.settings import aws_names
from provider.base import Properties, ProviderError
from provider.cloud import Cloud


class Integration(Child):
    """An integration; AWS makes its id."""

    token = "aws:apigatewayv2/integration:Integration"
    noun = "integration"
    key = "IntegrationId"
    names = aws_names(
        "apiId",
        "connectionType",
        "credentialsArn",
        "description",
        "integrationMethod",
        "integrationType",
        "integrationUri",
        "passthroughBehavior",
        "payloadFormatVersion",
        "requestParameters",
        "responseParameters",
        timeoutMilliseconds="TimeoutInMillis",
    )
    inputs = frozenset(names)
    replace_on = frozenset({"apiId", "integrationType"})
    # An API may have two that are alike in all but their ids: nothing less than all tells them apart.
    identity = inputs - {"apiId"}
    defaults: ClassVar[Properties] = {
        "connectionType": "INTERNET",
        "credentialsArn": "",
        "description": "",
        "integrationMethod": "POST",
        "integrationUri": "",
        "passthroughBehavior": "WHEN_NO_MATCH",
        "payloadFormatVersion": "1.0",
        "requestParameters": {},
        "responseParameters": [],
        "timeoutMilliseconds": 30_000,
    }

    @override
    def create(self, cloud: Cloud, inputs: Properties) -> str:
        stated = {"payloadFormatVersion": self.defaults["payloadFormatVersion"], **inputs}
        _refuse_format_1(cloud, stated)
        return super().create(cloud, stated)

    @override
    def update(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> None:
        _refuse_format_1(cloud, {**self.defaults, **new})
        super().update(cloud, resource_id, old, new)

    @override
    def arguments(self, inputs: Properties) -> Properties:
        """The inputs as boto3 takes them: what to do to a response, by its status code."""
        given = super().arguments(inputs)
        if "ResponseParameters" in given:
            by_status = {each["statusCode"]: each["mappings"] for each in given["ResponseParameters"]}
            given["ResponseParameters"] = by_status
        return given

    @override
    def properties(self, answer: Mapping[str, Any]) -> Properties:
        properties = super().properties(answer)
        by_status: dict[str, Any] = properties.get("responseParameters", {})
        properties["responseParameters"] = [
            {"statusCode": status, "mappings": mappings} for status, mappings in by_status.items()
        ]
        return properties


def _refuse_format_1(cloud: Cloud, inputs: Properties) -> None:
    """The emulator gives a function behind an HTTP API format 2.0, whatever its integration says."""
    if inputs["integrationType"] != "AWS_PROXY" or inputs["payloadFormatVersion"] == "2.0":
        return
    if cloud.client("apigatewayv2").get_api(ApiId=inputs["apiId"])["ProtocolType"] == "HTTP":
        raise ProviderError(
            "the embedded cloud calls functions behind an HTTP API with payload format 2.0 alone: "
            "state payloadFormatVersion 2.0 (the default is 1.0)"
        )
