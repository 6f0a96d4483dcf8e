"""Tags of EventBridge's resources, by their ARN."""

from __future__ import annotations

from typing import Any

from provider.base import Properties
from provider.cloud import Cloud
from provider.shapes import tag_changes, tag_list, tag_map


def tags_of(cloud: Cloud, arn: str) -> dict[str, str]:
    """The tags of the resource."""
    answer: Any = cloud.client("events").list_tags_for_resource(ResourceARN=arn)
    return tag_map(answer["Tags"])


def update_tags(cloud: Cloud, arn: str, old: Properties, new: Properties) -> None:
    """Lead the tags of the resource from the inputs `old` to the inputs `new`."""
    to_set, to_remove = tag_changes(old, new)
    if to_set:
        cloud.client("events").tag_resource(ResourceARN=arn, Tags=tag_list(to_set))
    if to_remove:
        cloud.client("events").untag_resource(ResourceARN=arn, TagKeys=to_remove)
