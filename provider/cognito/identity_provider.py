"""An identity provider: someone else who may sign a user pool's people in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, override

from provider.base import Properties
from provider.cloud import Cloud
from provider.cognito.in_pool import InPool
from provider.shapes import told

PROPERTIES = {
    "userPoolId": "UserPoolId",
    "providerName": "ProviderName",
    "providerType": "ProviderType",
    "providerDetails": "ProviderDetails",
    "attributeMapping": "AttributeMapping",
    "idpIdentifiers": "IdpIdentifiers",
}


class IdentityProvider(InPool):
    """A provider such as Google, Facebook or one of OpenID Connect. Its id is `pool:name`."""

    token = "aws:cognito/identityProvider:IdentityProvider"
    inputs = frozenset(PROPERTIES)
    replace_on = frozenset({"userPoolId", "providerName", "providerType"})
    separator = ":"
    key = "providerName"
    parameter = "ProviderName"
    reader = "describe_identity_provider"
    result = "IdentityProvider"
    deleter = "delete_identity_provider"

    @override
    def create(self, cloud: Cloud, inputs: Properties) -> str:
        resource_id = self.id_of(inputs)
        cloud.client("cognito-idp").create_identity_provider(
            **self.address(resource_id), ProviderType=inputs["providerType"], **self._settings(inputs)
        )
        return resource_id

    @override
    def read(self, cloud: Cloud, resource_id: str, known: Mapping[str, Any]) -> Properties | None:
        provider = self.describe(cloud, resource_id)
        return provider and told(provider, PROPERTIES)

    @override
    def update(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> None:
        settings = self._settings(new)
        cloud.client("cognito-idp").update_identity_provider(**self.address(resource_id), **settings)

    def _settings(self, inputs: Properties) -> Properties:
        return {
            "ProviderDetails": inputs["providerDetails"],
            "AttributeMapping": inputs.get("attributeMapping", {}),
            "IdpIdentifiers": inputs.get("idpIdentifiers", []),
        }
