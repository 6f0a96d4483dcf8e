"""Buckets themselves, without what their companions set."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, override

from provider.base import AutoName, Properties, ResourceType
from provider.cloud import Cloud
from provider.shapes import tag_list, tag_map, unless_gone

GONE = "NoSuchBucket"
MOST_OBJECTS = 1_000
"""What one DeleteObjects takes."""


class Bucket(ResourceType):
    """A bucket. Its id is its name."""

    token = "aws:s3/bucket:Bucket"
    inputs = frozenset({"bucket", "forceDestroy", "tags"})
    replace_on = frozenset({"bucket"})
    autoname = AutoName("bucket", 63)

    @override
    def create(self, cloud: Cloud, inputs: Properties) -> str:
        name: str = inputs["bucket"]
        cloud.client("s3").create_bucket(Bucket=name)
        _tag(cloud, name, inputs)
        return name

    @override
    def read(self, cloud: Cloud, resource_id: str, known: Mapping[str, Any]) -> Properties | None:
        s3: Any = cloud.client("s3")
        if unless_gone(s3.get_bucket_location, GONE, Bucket=resource_id) is None:
            return None
        tagging: Any = unless_gone(s3.get_bucket_tagging, "NoSuchTagSet", Bucket=resource_id)
        return {
            "bucket": resource_id,
            "arn": f"arn:aws:s3:::{resource_id}",
            "bucketDomainName": f"{resource_id}.s3.amazonaws.com",
            "bucketRegionalDomainName": f"{resource_id}.s3.{cloud.region}.amazonaws.com",
            "region": cloud.region,
            "tags": tag_map(tagging["TagSet"]) if tagging else {},
        }

    @override
    def update(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> None:
        if old.get("tags") != new.get("tags"):
            _tag(cloud, resource_id, new)

    @override
    def delete(self, cloud: Cloud, resource_id: str, known: Mapping[str, Any]) -> None:
        s3: Any = cloud.client("s3")
        if known.get("forceDestroy"):
            _empty(s3, resource_id)
        unless_gone(s3.delete_bucket, GONE, Bucket=resource_id)

    @override
    def find(self, cloud: Cloud, inputs: Properties) -> str | None:
        return inputs["bucket"] if self.read(cloud, inputs["bucket"], inputs) else None


def _tag(cloud: Cloud, name: str, inputs: Properties) -> None:
    """S3 knows a bucket's tags as a whole only."""
    s3: Any = cloud.client("s3")
    tags = tag_list(inputs.get("tags"))
    if tags:
        s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": tags})
    else:
        s3.delete_bucket_tagging(Bucket=name)


def _empty(s3: Any, name: str) -> None:
    """Delete every object, in all of its versions."""
    pages: Any = s3.get_paginator("list_object_versions").paginate(Bucket=name)
    found: Any = unless_gone(pages.build_full_result, GONE) or {}
    versions: list[Any] = [*found.get("Versions", []), *found.get("DeleteMarkers", [])]
    objects = [{"Key": each["Key"], "VersionId": each["VersionId"]} for each in versions]
    for start in range(0, len(objects), MOST_OBJECTS):
        batch = objects[start : start + MOST_OBJECTS]
        s3.delete_objects(Bucket=name, Delete={"Objects": batch, "Quiet": True})
