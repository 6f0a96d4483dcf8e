"""Buckets."""

from __future__ import annotations

from typing import Any, ClassVar, override

from provider.base import AutoName, Properties, Values
from provider.cloud import Cloud
from provider.fields import Names
from provider.resource import Resource
from provider.service import Tags
from provider.services.s3 import SERVICE
from provider.shapes import unless_gone

BATCH = 1_000
"""The maximum number of objects in a DeleteObjects request."""
TAG_SET = Tags()


class Bucket(Resource):
    """A bucket; its ID is its name."""

    token = "aws:s3/bucket:Bucket"
    service = SERVICE
    noun = "bucket"
    read_call = "get_bucket_location"
    key: ClassVar[Names] = {"bucket": "Bucket"}
    id_format = "{bucket}"
    inputs = frozenset({*key, "forceDestroy", "tags"})
    replace_on = frozenset(key)
    autoname = AutoName("bucket", 63)
    arn = "arn:aws:s3:::{bucket}"

    @override
    def create(self, cloud: Cloud, inputs: Properties) -> str:
        name = super().create(cloud, inputs)
        self._tag(cloud, name, inputs)
        return name

    @override
    def computed(self, cloud: Cloud, resource_id: str, found: Values, known: Values) -> Properties:
        get_tagging = cloud.client("s3").get_bucket_tagging
        tagging: Any = unless_gone(get_tagging, "NoSuchTagSet", Bucket=resource_id) or {}
        return {
            "bucketDomainName": f"{resource_id}.s3.amazonaws.com",
            "bucketRegionalDomainName": f"{resource_id}.s3.{cloud.region}.amazonaws.com",
            "region": cloud.region,
            "tags": TAG_SET.from_aws(tagging.get("TagSet")),
        }

    @override
    def update(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> None:
        if old.get("tags") != new.get("tags"):
            self._tag(cloud, resource_id, new)

    @override
    def delete(self, cloud: Cloud, resource_id: str, known: Values) -> None:
        if known.get("forceDestroy"):
            self._empty(cloud, resource_id)
        super().delete(cloud, resource_id, known)

    def _tag(self, cloud: Cloud, name: str, inputs: Properties) -> None:
        """Replace all tags: S3 has no operation for single ones."""
        tags = TAG_SET.to_aws(inputs.get("tags") or {})
        if tags:
            self.call(cloud, "put_bucket_tagging", Bucket=name, Tagging={"TagSet": tags})
        else:
            self.call(cloud, "delete_bucket_tagging", Bucket=name)

    def _empty(self, cloud: Cloud, name: str) -> None:
        """Delete every version of every object, also those that governance mode locks."""
        pages: Any = cloud.client("s3").get_paginator("list_object_versions").paginate(Bucket=name)
        found: Any = unless_gone(pages.build_full_result, SERVICE.not_found) or {}
        versions: list[Any] = [*found.get("Versions", []), *found.get("DeleteMarkers", [])]
        objects = [{"Key": each["Key"], "VersionId": each["VersionId"]} for each in versions]
        for start in range(0, len(objects), BATCH):
            batch = objects[start : start + BATCH]
            delete = {"Objects": batch, "Quiet": True}
            self.call(cloud, "delete_objects", Bucket=name, Delete=delete, BypassGovernanceRetention=True)
