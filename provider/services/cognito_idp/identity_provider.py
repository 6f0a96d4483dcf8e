"""Identity providers of user pools."""

from __future__ import annotations

from typing import ClassVar

from provider.base import Properties
from provider.fields import Fields, Names, pascal_names
from provider.resource import Resource
from provider.services.cognito_idp import SERVICE


class IdentityProvider(Resource):
    """A federated provider such as Google or an OpenID Connect issuer; its ID is `pool:name`."""

    token = "aws:cognito/identityProvider:IdentityProvider"
    service = SERVICE
    noun = "identity_provider"
    read_call = "describe_{noun}"
    member = "IdentityProvider"
    key: ClassVar[Names] = pascal_names("userPoolId", "providerName")
    id_format = "{userPoolId}:{providerName}"
    fields: ClassVar[Fields] = pascal_names(
        "attributeMapping", "idpIdentifiers", "providerDetails", "providerType"
    )
    inputs = frozenset({*key, *fields})
    replace_on = frozenset({*key, "providerType"})
    defaults: ClassVar[Properties] = {"attributeMapping": {}, "idpIdentifiers": []}
    creates_with_defaults = True
