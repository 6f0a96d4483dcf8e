"""Integrations: the backends that an API calls."""

from __future__ import annotations

from typing import Any, ClassVar, override

from provider.base import Properties, ProviderError
from provider.cloud import Cloud
from provider.fields import Field, Fields, Names, pascal_names
from provider.resource import Listing, Resource
from provider.services.apigatewayv2 import SERVICE


class ByStatusCode(Field):
    """The mappings of responses: a list in Pulumi, a map by status code in AWS."""

    @override
    def to_aws(self, value: Any) -> Any:
        return {each["statusCode"]: each["mappings"] for each in value}

    @override
    def from_aws(self, value: Any, known: Any) -> Any:
        return [{"statusCode": status, "mappings": mappings} for status, mappings in value.items()]


class Integration(Resource):
    """A backend that an API calls; AWS chooses its ID."""

    token = "aws:apigatewayv2/integration:Integration"
    service = SERVICE
    noun = "integration"
    key: ClassVar[Names] = {"apiId": "ApiId", "id": "IntegrationId"}
    id_from = "IntegrationId"
    fields: ClassVar[Fields] = {
        **pascal_names(
            "connectionType",
            "credentialsArn",
            "description",
            "integrationMethod",
            "integrationType",
            "integrationUri",
            "passthroughBehavior",
            "payloadFormatVersion",
            "requestParameters",
        ),
        "responseParameters": ByStatusCode("ResponseParameters"),
        "timeoutMilliseconds": "TimeoutInMillis",
    }
    inputs = frozenset({"apiId", *fields})
    replace_on = frozenset({"apiId", "integrationType"})
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
    read_defaults: ClassVar[Properties] = {"responseParameters": []}
    updates_changes_only = True
    listing = Listing("get_integrations", "Items", {"apiId": "ApiId"})
    # An API may have two integrations that differ in a single input.
    identity = frozenset(fields)

    @override
    def create(self, cloud: Cloud, inputs: Properties) -> str:
        stated = {"payloadFormatVersion": self.defaults["payloadFormatVersion"], **inputs}
        _check_payload_format(cloud, stated)
        return super().create(cloud, stated)

    @override
    def update(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> None:
        _check_payload_format(cloud, {**self.defaults, **new})
        super().update(cloud, resource_id, old, new)


def _check_payload_format(cloud: Cloud, inputs: Properties) -> None:
    """Raise a ProviderError for payload format 1.0 on an HTTP API: the emulator always sends 2.0."""
    if inputs["integrationType"] != "AWS_PROXY" or inputs["payloadFormatVersion"] == "2.0":
        return
    if cloud.client("apigatewayv2").get_api(ApiId=inputs["apiId"])["ProtocolType"] == "HTTP":
        raise ProviderError(
            "the embedded cloud supports only payload format 2.0 for functions behind an HTTP API: "
            "set payloadFormatVersion to 2.0 (the default is 1.0)"
        )
