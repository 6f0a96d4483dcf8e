"""Tags of identities and configuration sets, by ARN."""

from __future__ import annotations

from provider.base import Properties
from provider.cloud import Cloud
from provider.shapes import tag_changes, tag_list, tag_map


def read_tags(cloud: Cloud, arn: str) -> dict[str, str]:
    """The tags of the resource."""
    return tag_map(cloud.client("sesv2").list_tags_for_resource(ResourceArn=arn)["Tags"])


def update_tags(cloud: Cloud, arn: str, old: Properties, new: Properties) -> None:
    """Lead from the `tags` of the inputs `old` to those of `new`."""
    ses = cloud.client("sesv2")
    changed, removed = tag_changes(old, new)
    if changed:
        ses.tag_resource(ResourceArn=arn, Tags=tag_list(changed))
    if removed:
        ses.untag_resource(ResourceArn=arn, TagKeys=removed)
