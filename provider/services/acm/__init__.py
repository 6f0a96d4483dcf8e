"""Certificate Manager: certificates that DNS records validate."""

from __future__ import annotations

from provider.service import Service, Tags

SERVICE = Service(
    "acm",
    "ResourceNotFoundException",
    Tags(
        arn="CertificateArn",
        read="list_tags_for_certificate",
        write="add_tags_to_certificate",
        remove="remove_tags_from_certificate",
    ),
)
