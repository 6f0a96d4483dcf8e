"""Cognito: the user pool and what belongs to it."""

from __future__ import annotations

from provider.base import ResourceType
from provider.cognito.identity_provider import IdentityProvider
from provider.cognito.resource_server import ResourceServer
from provider.cognito.user_group import UserGroup
from provider.cognito.user_pool import UserPool
from provider.cognito.user_pool_client import UserPoolClient
from provider.cognito.user_pool_domain import UserPoolDomain

TYPES: tuple[ResourceType, ...] = (
    UserPool(),
    UserPoolClient(),
    UserPoolDomain(),
    ResourceServer(),
    UserGroup(),
    IdentityProvider(),
)
