"""An AWS service: its boto3 client, its "not found" error, and how it reads and writes tags."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast


@dataclass(frozen=True)
class Tags:
    """How a service's API reads and writes the tags of a resource.

    Attributes:
        arn: the parameter that takes the resource's ARN; empty when the calls take the resource's own key.
        read: the operation that lists the tags; empty when the resource's description contains them.
        member: the member of that response, or of the description, that holds the tags.
        create: the parameter of the create operation.
        write: the operation that sets tags.
        added: its parameter with the tags.
        remove: the operation that removes tags.
        removed: its parameter with the keys.
        pair: the members of each entry in the list of tags; None when the service takes a map.
    """

    arn: str = "ResourceArn"
    read: str = "list_tags_for_resource"
    member: str = "Tags"
    create: str = "Tags"
    write: str = "tag_resource"
    added: str = "Tags"
    remove: str = "untag_resource"
    removed: str = "TagKeys"
    pair: tuple[str, str] | None = ("Key", "Value")

    def to_aws(self, tags: Mapping[str, str]) -> Any:
        """Convert tags to the service's map or list."""
        if self.pair is None:
            return dict(tags)
        name, value = self.pair
        return [{name: key, value: text} for key, text in tags.items()]

    def keys_to_aws(self, keys: list[str]) -> Any:
        """Convert the keys of tags to the value of `removed`."""
        return keys

    def from_aws(self, found: Any) -> dict[str, str]:
        """Convert the service's map or list to tags; none where the response leaves it out."""
        if self.pair is None:
            return dict(found or {})
        name, value = self.pair
        return {tag[name]: tag[value] for tag in cast("list[dict[str, str]]", found or [])}


@dataclass(frozen=True)
class Service:
    """An AWS service.

    Attributes:
        name: boto3's name of its client.
        not_found: the error code for a resource that does not exist.
        tags: how it reads and writes tags; None when each type does that in its own way.
    """

    name: str
    not_found: str
    tags: Tags | None = None


def tag_changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[dict[str, str], list[str]]:
    """Return the tags to set and the keys to remove, from the inputs `old` to the inputs `new`."""
    before: dict[str, str] = old.get("tags") or {}
    after: dict[str, str] = new.get("tags") or {}
    to_set = {key: value for key, value in after.items() if before.get(key) != value}
    return to_set, [key for key in before if key not in after]
