"""Certificate Manager: certificates that DNS records validate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, override

from provider.service import Service, Tags


@dataclass(frozen=True)
class CertificateTags(Tags):
    """Tags that are removed in the form in which they are added."""

    @override
    def keys_to_aws(self, keys: list[str]) -> Any:
        return [{"Key": key} for key in keys]


SERVICE = Service(
    "acm",
    "ResourceNotFoundException",
    CertificateTags(
        arn="CertificateArn",
        read="list_tags_for_certificate",
        write="add_tags_to_certificate",
        remove="remove_tags_from_certificate",
        removed="Tags",
    ),
)
