"""Glue: the databases and tables of the data catalog."""

from __future__ import annotations

from provider.service import Service, Tags

SERVICE = Service(
    "glue",
    "EntityNotFoundException",
    Tags(read="get_tags", added="TagsToAdd", removed="TagsToRemove", pair=None),
)
