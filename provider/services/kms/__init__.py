"""KMS: keys, key policies and aliases."""

from __future__ import annotations

from provider.service import Service, Tags

SERVICE = Service(
    "kms", "NotFoundException", Tags(arn="", read="list_resource_tags", pair=("TagKey", "TagValue"))
)
