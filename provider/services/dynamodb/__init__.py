"""DynamoDB: tables."""

from __future__ import annotations

from provider.service import Service, Tags

SERVICE = Service("dynamodb", "ResourceNotFoundException", Tags(read="list_tags_of_resource"))
