"""App clients of user pools."""

from __future__ import annotations

from typing import Any, ClassVar, override

from provider.base import AutoName, Properties, ProviderError, Values
from provider.cloud import Cloud
from provider.fields import Block, Fields, Names, pascal_names
from provider.resource import Resource
from provider.services.cognito_idp import SERVICE
from provider.shapes import camel

UNITS = {"accessToken": "hours", "idToken": "hours", "refreshToken": "days"}
LIFETIMES = {"accessToken": 3_600, "idToken": 3_600, "refreshToken": 30 * 86_400}
"""The default lifetime of each token in seconds."""
REFRESH = "ALLOW_REFRESH_TOKEN_AUTH"
SECONDS = {"seconds": 1, "minutes": 60, "hours": 3_600, "days": 86_400}


class UserPoolClient(Resource):
    """An app client of a user pool; its ID is the OAuth client ID, which AWS chooses."""

    token = "aws:cognito/userPoolClient:UserPoolClient"
    service = SERVICE
    noun = "user_pool_client"
    read_call = "describe_{noun}"
    member = "UserPoolClient"
    key: ClassVar[Names] = {"userPoolId": "UserPoolId", "id": "ClientId"}
    id_from = "ClientId"
    fields: ClassVar[Fields] = {
        **pascal_names(
            "accessTokenValidity",
            "authSessionValidity",
            "enableTokenRevocation",
            "explicitAuthFlows",
            "idTokenValidity",
            "preventUserExistenceErrors",
            "readAttributes",
            "refreshTokenValidity",
            "supportedIdentityProviders",
            "writeAttributes",
        ),
        "name": "ClientName",
        "allowedOauthFlows": "AllowedOAuthFlows",
        "allowedOauthFlowsUserPoolClient": "AllowedOAuthFlowsUserPoolClient",
        "allowedOauthScopes": "AllowedOAuthScopes",
        "callbackUrls": "CallbackURLs",
        "defaultRedirectUri": "DefaultRedirectURI",
        "logoutUrls": "LogoutURLs",
        "refreshTokenRotation": Block("RefreshTokenRotation"),
        "tokenValidityUnits": Block("TokenValidityUnits"),
    }
    inputs = frozenset({"userPoolId", "generateSecret", *fields})
    replace_on = frozenset({"userPoolId", "generateSecret"})
    autoname = AutoName("name", 128)
    # As with the pool, AWS resets what an update leaves out and the emulator keeps it, so every request has
    # all settings, except the default redirect URI: the API has no value for none.
    defaults: ClassVar[Properties] = {
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

    @override
    def create_request(self, inputs: Properties) -> Properties:
        secret: bool = inputs.get("generateSecret", False)
        return {**super().create_request(inputs), "GenerateSecret": secret}

    @override
    def to_aws(self, inputs: Values) -> Properties:
        rotation: Values = inputs.get("refreshTokenRotation") or {}
        if rotation.get("feature") == "ENABLED" and REFRESH in inputs.get("explicitAuthFlows", ()):
            raise ProviderError(
                f"explicitAuthFlows: {REFRESH}: Cognito refuses this flow with refreshTokenRotation"
            )
        units = {**UNITS, **inputs.get("tokenValidityUnits", {})}
        validity = {
            f"{kind}Validity": max(1, seconds // SECONDS[units[kind]]) for kind, seconds in LIFETIMES.items()
        }
        return super().to_aws({**self.defaults, **validity, **inputs, "tokenValidityUnits": units})

    @override
    def from_aws(self, found: Values, known: Values) -> Properties:
        stated: Any = known.get("tokenValidityUnits") or UNITS
        units = camel(found["TokenValidityUnits"])
        return {
            **super().from_aws(found, known),
            "tokenValidityUnits": {kind: unit for kind, unit in units.items() if kind in stated},
            "generateSecret": "ClientSecret" in found,
        }

    @override
    def computed(self, cloud: Cloud, resource_id: str, found: Values, known: Values) -> Properties:
        return {"clientSecret": found.get("ClientSecret", "")}

    @override
    def find(self, cloud: Cloud, inputs: Properties) -> str | None:
        pool = {"UserPoolId": inputs["userPoolId"], "MaxResults": 60}
        clients = self.list_all(cloud, "list_user_pool_clients", "UserPoolClients", **pool)
        return next((each["ClientId"] for each in clients if each["ClientName"] == inputs["name"]), None)
