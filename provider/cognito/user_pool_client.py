"""A user pool's app client: what an application may ask of the pool, and what tokens it gets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, override

from provider.base import AutoName, Properties, ResourceType
from provider.cloud import Cloud
from provider.cognito.in_pool import GONE
from provider.shapes import arguments, camel, pascal, told, unless_gone

SETTINGS = {
    "name": "ClientName",
    "accessTokenValidity": "AccessTokenValidity",
    "allowedOauthFlows": "AllowedOAuthFlows",
    "allowedOauthFlowsUserPoolClient": "AllowedOAuthFlowsUserPoolClient",
    "allowedOauthScopes": "AllowedOAuthScopes",
    "authSessionValidity": "AuthSessionValidity",
    "callbackUrls": "CallbackURLs",
    "defaultRedirectUri": "DefaultRedirectURI",
    "enableTokenRevocation": "EnableTokenRevocation",
    "explicitAuthFlows": "ExplicitAuthFlows",
    "idTokenValidity": "IdTokenValidity",
    "logoutUrls": "LogoutURLs",
    "preventUserExistenceErrors": "PreventUserExistenceErrors",
    "readAttributes": "ReadAttributes",
    "refreshTokenRotation": "RefreshTokenRotation",
    "refreshTokenValidity": "RefreshTokenValidity",
    "supportedIdentityProviders": "SupportedIdentityProviders",
    "tokenValidityUnits": "TokenValidityUnits",
    "writeAttributes": "WriteAttributes",
}

# As with the pool: AWS resets what an update leaves out and the emulator keeps it, so all is sent.
# (But a default redirect address: the API has no way to say none but to leave it out.)
DEFAULTS: Properties = {
    "allowedOauthFlows": [],
    "allowedOauthFlowsUserPoolClient": False,
    "allowedOauthScopes": [],
    "authSessionValidity": 3,
    "callbackUrls": [],
    "enableTokenRevocation": True,
    "explicitAuthFlows": [],
    "logoutUrls": [],
    "preventUserExistenceErrors": "LEGACY",
    "readAttributes": [],
    "supportedIdentityProviders": [],
    "writeAttributes": [],
}

UNITS = {"accessToken": "hours", "idToken": "hours", "refreshToken": "days"}
LIFETIMES = {"accessToken": 3_600, "idToken": 3_600, "refreshToken": 30 * 86_400}
"""Seconds that each token lives where the program does not say."""
SECONDS = {"seconds": 1, "minutes": 60, "hours": 3_600, "days": 86_400}


class UserPoolClient(ResourceType):
    """An app client of a user pool. Its id is AWS's, the OAuth client id."""

    token = "aws:cognito/userPoolClient:UserPoolClient"
    inputs = frozenset({"userPoolId", "generateSecret", *SETTINGS})
    replace_on = frozenset({"userPoolId", "generateSecret"})
    autoname = AutoName("name", 128)

    @override
    def create(self, cloud: Cloud, inputs: Properties) -> str:
        answer: Any = cloud.client("cognito-idp").create_user_pool_client(
            UserPoolId=inputs["userPoolId"],
            GenerateSecret=inputs.get("generateSecret", False),
            **_settings(inputs),
        )
        return answer["UserPoolClient"]["ClientId"]

    @override
    def read(self, cloud: Cloud, resource_id: str, known: Mapping[str, Any]) -> Properties | None:
        pool_id = known["userPoolId"]
        describe = cloud.client("cognito-idp").describe_user_pool_client
        answer = unless_gone(describe, GONE, UserPoolId=pool_id, ClientId=resource_id)
        if answer is None:
            return None
        client: Any = answer["UserPoolClient"]
        asked: Any = known.get("tokenValidityUnits") or UNITS
        units = camel(client["TokenValidityUnits"])
        return {
            **camel(told(client, SETTINGS)),
            "tokenValidityUnits": {kind: unit for kind, unit in units.items() if kind in asked},
            "userPoolId": pool_id,
            "generateSecret": "ClientSecret" in client,
            "clientSecret": client.get("ClientSecret", ""),
        }

    @override
    def update(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> None:
        cloud.client("cognito-idp").update_user_pool_client(
            UserPoolId=new["userPoolId"], ClientId=resource_id, **_settings(new)
        )

    @override
    def delete(self, cloud: Cloud, resource_id: str, known: Mapping[str, Any]) -> None:
        delete = cloud.client("cognito-idp").delete_user_pool_client
        unless_gone(delete, GONE, UserPoolId=known["userPoolId"], ClientId=resource_id)

    @override
    def find(self, cloud: Cloud, inputs: Properties) -> str | None:
        clients: Any = unless_gone(_clients, GONE, cloud=cloud, pool_id=inputs["userPoolId"]) or []
        named = (client["ClientId"] for client in clients if client["ClientName"] == inputs["name"])
        return next(named, None)


def _clients(cloud: Cloud, pool_id: str) -> list[Any]:
    paginator: Any = cloud.client("cognito-idp").get_paginator("list_user_pool_clients")
    pages = paginator.paginate(UserPoolId=pool_id, MaxResults=60)
    return [client for page in pages for client in page["UserPoolClients"]]


def _settings(inputs: Properties) -> Properties:
    units = {**UNITS, **inputs.get("tokenValidityUnits", {})}
    validity = {
        f"{kind}Validity": max(1, seconds // SECONDS[units[kind]]) for kind, seconds in LIFETIMES.items()
    }
    whole = {**DEFAULTS, **validity, **inputs, "tokenValidityUnits": units}
    return pascal(arguments(whole, SETTINGS))
