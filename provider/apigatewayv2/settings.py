"""What the types of this service share: names, changes and tags of a resource's settings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from provider.base import Properties
from provider.shapes import tag_changes


def aws_names(*inputs: str, **renamed: str) -> dict[str, str]:
    """AWS's name of each input: PascalCase where it is not another word altogether."""
    return {key: key[:1].upper() + key[1:] for key in inputs} | renamed


def changes(old: Mapping[str, Any], new: Mapping[str, Any], defaults: Mapping[str, Any]) -> Properties:
    """The inputs that differ, tags apart; one no longer stated goes back to its default."""
    whole = {**defaults, **new}
    return {
        key: value
        for key, value in whole.items()
        if key != "tags" and value != old.get(key, defaults.get(key))
    }


def update_tags(client: Any, arn: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
    """Lead the tags of the resource with this ARN from the old inputs to the new."""
    to_set, to_remove = tag_changes(old, new)
    if to_set:
        client.tag_resource(ResourceArn=arn, Tags=to_set)
    if to_remove:
        client.untag_resource(ResourceArn=arn, TagKeys=to_remove)
