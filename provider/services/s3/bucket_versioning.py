"""The versioning of buckets."""

from __future__ import annotations

from typing import ClassVar, override

from provider.base import Properties, Values
from provider.cloud import Cloud
from provider.fields import Block, Fields, from_aws, pascal_names
from provider.services.s3.bucket_setting import BucketSetting


class BucketVersioning(BucketSetting):
    """Whether a bucket keeps old versions of objects, suspended by deletion; its ID is the bucket's name."""

    token = "aws:s3/bucketVersioning:BucketVersioning"
    noun = "bucket_versioning"
    fields: ClassVar[Fields] = {
        "versioningConfiguration": Block("VersioningConfiguration", pascal_names("status"))
    }
    inputs = frozenset({"bucket", *fields})

    @override
    def from_aws(self, found: Values, known: Values) -> Properties:
        status = found.get("Status", "Disabled")
        return from_aws({"VersioningConfiguration": {"Status": status}}, self.fields)

    @override
    def delete(self, cloud: Cloud, resource_id: str, known: Values) -> None:
        suspended = {"Status": "Suspended"}
        self.call_unless_gone(cloud, self.update_call, Bucket=resource_id, VersioningConfiguration=suspended)
