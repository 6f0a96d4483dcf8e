"""CloudWatch Logs: log groups and log streams."""

from __future__ import annotations

from provider.service import Service, Tags

SERVICE = Service(
    "logs",
    "ResourceNotFoundException",
    Tags(
        arn="resourceArn",
        member="tags",
        create="tags",
        added="tags",
        removed="tagKeys",
        pair=None,
    ),
)
