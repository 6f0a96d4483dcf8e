"""Firehose: delivery streams."""

from __future__ import annotations

from provider.service import Service, Tags

SERVICE = Service(
    "firehose",
    "ResourceNotFoundException",
    Tags(
        arn="",
        read="list_tags_for_delivery_stream",
        write="tag_delivery_stream",
        remove="untag_delivery_stream",
    ),
)
