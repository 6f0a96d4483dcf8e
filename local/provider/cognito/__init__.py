"""Cognito: the user pool and what belongs to it."""

from __future__ import annotations

from local.provider.base import ResourceType
from local.provider.cognito.identity_provider import IdentityProvider
from local.provider.cognito.resource_server import ResourceServer
from local.provider.cognito.user_group import UserGroup
from local.provider.cognito.user_pool import UserPool
from local.provider.cognito.user_pool_client import UserPoolClient
from local.provider.cognito.user_pool_domain import UserPoolDomain

TYPES: tuple[ResourceType, ...] = (
    UserPool(),
    UserPoolClient(),
    UserPoolDomain(),
    ResourceServer(),
    UserGroup(),
    IdentityProvider(),
)
