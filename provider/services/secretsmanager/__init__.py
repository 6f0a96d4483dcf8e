"""Secrets Manager: secrets without their values, which operators set."""

from __future__ import annotations

from provider.service import Service, Tags

SERVICE = Service("secretsmanager", "ResourceNotFoundException", Tags(arn="", read=""))
