"""Secrets Manager: secrets, and the values that the program knows."""

from __future__ import annotations

from provider.service import Service, Tags

SERVICE = Service("secretsmanager", "ResourceNotFoundException", Tags(arn="", read=""))
