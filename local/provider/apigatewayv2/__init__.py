"""API Gateway's resource types for HTTP and WebSocket APIs."""

from __future__ import annotations

from local.provider.apigatewayv2.api import Api
from local.provider.apigatewayv2.authorizer import Authorizer
from local.provider.apigatewayv2.integration import Integration
from local.provider.apigatewayv2.route import Route
from local.provider.apigatewayv2.stage import Stage
from local.provider.base import ResourceType

TYPES: tuple[ResourceType, ...] = (Api(), Stage(), Route(), Integration(), Authorizer())
