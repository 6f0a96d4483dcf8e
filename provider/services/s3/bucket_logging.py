"""The access logs of buckets."""

from __future__ import annotations

from typing import Any, ClassVar, override

from provider.base import Properties, Values
from provider.cloud import Cloud
from provider.fields import Fields, pascal_names
from provider.services.s3.bucket_setting import BucketSetting


class BucketLogging(BucketSetting):
    """The access log of a bucket, which the embedded cloud stores only; its ID is the bucket's name."""

    token = "aws:s3/bucketLogging:BucketLogging"
    noun = "bucket_logging"
    fields: ClassVar[Fields] = pascal_names("targetBucket", "targetPrefix")
    inputs = frozenset({"bucket", *fields})

    @override
    def to_aws(self, inputs: Values) -> Properties:
        return {"BucketLoggingStatus": {"LoggingEnabled": super().to_aws(inputs)}}

    @override
    def describe(self, cloud: Cloud, resource_id: str, known: Values) -> Any:
        found: Values = super().describe(cloud, resource_id, known) or {}
        return found.get("LoggingEnabled")

    @override
    def delete(self, cloud: Cloud, resource_id: str, known: Values) -> None:
        self.call_unless_gone(cloud, self.update_call, Bucket=resource_id, BucketLoggingStatus={})
