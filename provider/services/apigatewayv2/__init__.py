"""API Gateway: HTTP and WebSocket APIs."""

from __future__ import annotations

from provider.service import Service, Tags

SERVICE = Service("apigatewayv2", "NotFoundException", Tags(read="get_tags", pair=None))
