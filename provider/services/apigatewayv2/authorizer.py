"""Authorizers of an API."""

from __future__ import annotations

from typing import ClassVar, override

from provider.base import Properties
from provider.fields import Block, Fields, Names, pascal_names
from provider.resource import Listing, Resource
from provider.services.apigatewayv2 import SERVICE


class Authorizer(Resource):
    """A JWT or Lambda authorizer of an API; AWS chooses its ID."""

    token = "aws:apigatewayv2/authorizer:Authorizer"
    service = SERVICE
    noun = "authorizer"
    key: ClassVar[Names] = {"apiId": "ApiId", "id": "AuthorizerId"}
    id_from = "AuthorizerId"
    fields: ClassVar[Fields] = {
        **pascal_names(
            "authorizerCredentialsArn",
            "authorizerPayloadFormatVersion",
            "authorizerResultTtlInSeconds",
            "authorizerType",
            "authorizerUri",
            "enableSimpleResponses",
            "name",
        ),
        "identitySources": "IdentitySource",
        "jwtConfiguration": Block("JwtConfiguration", {"issuer": "Issuer", "audiences": "Audience"}),
    }
    inputs = frozenset({"apiId", *fields})
    replace_on = frozenset({"apiId"})
    defaults: ClassVar[Properties] = {
        "authorizerCredentialsArn": "",
        "authorizerPayloadFormatVersion": "2.0",
        "authorizerResultTtlInSeconds": 300,
        "authorizerUri": "",
        "enableSimpleResponses": False,
        "identitySources": [],
        "jwtConfiguration": {},
    }
    read_defaults: ClassVar[Properties] = {"jwtConfiguration": {}}
    updates_changes_only = True
    listing = Listing("get_authorizers", "Items", {"apiId": "ApiId"})
    identity = frozenset({"name"})

    @override
    def create_request(self, inputs: Properties) -> Properties:
        # boto3 requires the sources, though a Lambda authorizer may have none.
        return super().create_request({"identitySources": [], **inputs})
