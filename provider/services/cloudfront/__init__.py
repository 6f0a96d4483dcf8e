"""CloudFront: distributions, functions, key-value stores, response headers policies and origin access."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, override

from provider.service import Service, Tags


@dataclass(frozen=True)
class ItemTags(Tags):
    """Tags in the member `Items` of an object."""

    @override
    def to_aws(self, tags: Mapping[str, str]) -> Any:
        return {"Items": super().to_aws(tags)}

    @override
    def keys_to_aws(self, keys: list[str]) -> Any:
        return {"Items": keys}

    @override
    def from_aws(self, found: Any) -> dict[str, str]:
        return super().from_aws(found["Items"] if found else None)


# Each type has its own "not found" error, in `absent`.
SERVICE = Service("cloudfront", "NoSuchResource", ItemTags(arn="Resource"))
