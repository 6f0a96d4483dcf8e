"""The default retention of buckets."""

from __future__ import annotations

from typing import Any, ClassVar, override

from provider.base import Properties, Values
from provider.cloud import Cloud
from provider.fields import Block, Fields, pascal_names
from provider.services.s3.bucket_setting import BucketSetting

RETENTION: Fields = pascal_names("mode", "days")
ENABLED: Properties = {"ObjectLockEnabled": "Enabled"}


class BucketObjectLockConfiguration(BucketSetting):
    """The default retention of a bucket, whose lock S3 never removes; its ID is the bucket's name."""

    token = "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration"
    noun = "object_lock_configuration"
    absent = ("ObjectLockConfigurationNotFoundError",)
    fields: ClassVar[Fields] = {
        "rule": Block("Rule", {"defaultRetention": Block("DefaultRetention", RETENTION)})
    }
    inputs = frozenset({"bucket", *fields})

    @override
    def to_aws(self, inputs: Values) -> Properties:
        return {"ObjectLockConfiguration": {**ENABLED, **super().to_aws(inputs)}}

    @override
    def describe(self, cloud: Cloud, resource_id: str, known: Values) -> Any:
        found: Values = super().describe(cloud, resource_id, known) or {"ObjectLockConfiguration": {}}
        configuration: Values = found["ObjectLockConfiguration"]
        return configuration if "Rule" in configuration else None

    @override
    def delete(self, cloud: Cloud, resource_id: str, known: Values) -> None:
        self.call_unless_gone(cloud, self.update_call, Bucket=resource_id, ObjectLockConfiguration=ENABLED)
