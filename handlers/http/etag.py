"""Entity tags: a resource's version in HTTP headers (RFC 9110, 8.8.3 and 13.1.1)."""

import re
from collections.abc import Collection
from typing import Annotated

from msgspec import Meta

_TAG = r'(W/)?"[\x21\x23-\x7e]*"'
IfMatch = Annotated[
    str,
    Meta(
        max_length=512,
        pattern=rf"^(\*|{_TAG}( *, *{_TAG})*)$(?!\n)",
        description='`*` or a list of entity tags, such as `"3"`',
    ),
]


def etag(version: int) -> str:
    """Return the strong entity tag of a version."""
    return f'"{version}"'


def versions(if_match: str | None) -> Collection[int] | None:
    """Return the versions that `If-Match` allows; None for any.

    Weak tags and tags that `etag` does not produce match no version (RFC 9110, strong comparison).
    """
    if if_match is None or if_match == "*":
        return None
    return frozenset(int(tag) for tag in re.findall(r'(?<!W/)"([1-9][0-9]{0,17})"', if_match))
