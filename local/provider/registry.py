"""Every resource type that the embedded cloud knows, by Pulumi's type token."""

from __future__ import annotations

from local.provider import cloudwatch, dynamodb, iam, sqs
from local.provider.base import ResourceType

MODULES = (cloudwatch, dynamodb, iam, sqs)

TYPES: dict[str, ResourceType] = {kind.token: kind for module in MODULES for kind in module.TYPES}
