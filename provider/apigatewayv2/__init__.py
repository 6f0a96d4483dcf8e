"""API Gateway's resource types for HTTP and WebSocket APIs."""

from __future__ import annotations

from provider.apigatewayv2.api import Api
from provider.apigatewayv2.authorizer import Authorizer
from provider.apigatewayv2.integration import Integration
from provider.apigatewayv2.route import Route
from provider.apigatewayv2.stage import Stage
from provider.base import ResourceType

TYPES: tuple[ResourceType, ...] = (Api(), Stage(), Route(), Integration(), Authorizer())
