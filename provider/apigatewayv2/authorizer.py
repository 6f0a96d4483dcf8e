"""Authorizers: who a request comes from, by a token or by asking a function."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, override

from provider.apigatewayv2.child import Child
from provider.apigatewayv2.settings import aws_names
from provider.base import Properties
from provider.cloud import Cloud
from provider.shapes import block, told

JWT = {"issuer": "Issuer", "audiences": "Audience"}


class Authorizer(Child):
    """An authorizer; AWS makes its id."""

    token = "aws:apigatewayv2/authorizer:Authorizer"
    noun = "authorizer"
    key = "AuthorizerId"
    names = aws_names(
        "apiId",
        "authorizerCredentialsArn",
        "authorizerPayloadFormatVersion",
        "authorizerResultTtlInSeconds",
        "authorizerType",
        "authorizerUri",
        "enableSimpleResponses",
        "jwtConfiguration",
        "name",
        identitySources="IdentitySource",
    )
    inputs = frozenset(names)
    identity = frozenset({"name"})
    defaults: ClassVar[Properties] = {
        "authorizerCredentialsArn": "",
        "authorizerPayloadFormatVersion": "2.0",
        "authorizerResultTtlInSeconds": 300,
        "authorizerUri": "",
        "enableSimpleResponses": False,
        "identitySources": [],
        "jwtConfiguration": {},
    }

    @override
    def create(self, cloud: Cloud, inputs: Properties) -> str:
        # boto3 wants the sources said, though an authorizer that asks a function may have none.
        return super().create(cloud, {"identitySources": [], **inputs})

    @override
    def arguments(self, inputs: Properties) -> Properties:
        """The inputs as boto3 takes them: it speaks of an audience where Pulumi speaks of audiences."""
        given = super().arguments(inputs)
        if "JwtConfiguration" in given:
            given["JwtConfiguration"] = block(given["JwtConfiguration"], JWT)
        return given

    @override
    def properties(self, answer: Mapping[str, Any]) -> Properties:
        properties = super().properties(answer)
        properties["jwtConfiguration"] = told(properties.get("jwtConfiguration", {}), JWT)
        return properties
