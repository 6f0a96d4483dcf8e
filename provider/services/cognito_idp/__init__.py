"""Cognito: user pools."""

from __future__ import annotations

from provider.service import Service

SERVICE = Service("cognito-idp", "ResourceNotFoundException")
