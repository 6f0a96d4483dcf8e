"""The renewal of a release: its `release.json` is written again, so that it counts as in use now."""

from __future__ import annotations

from typing import Any

_REPEATED = ("ContentType", "CacheControl", "Metadata")
"""What the copy repeats: S3 copies an object onto itself only if it replaces the metadata."""


def renew(s3: Any, bucket: str, key: str) -> None:
    """Write an object again, unchanged, with a client of S3."""
    place = {"Bucket": bucket, "Key": key}
    head: Any = s3.head_object(**place)
    repeated = {name: head[name] for name in _REPEATED if name in head}
    s3.copy_object(**place, CopySource=place, MetadataDirective="REPLACE", **repeated)
