"""The lifecycle rules of buckets."""

from __future__ import annotations

from typing import ClassVar, override

from provider.base import Properties, Values
from provider.fields import Block, Fields, pascal_names
from provider.services.s3.bucket_setting import BucketSetting

RULE: Fields = {
    "id": "ID",
    "status": "Status",
    "filter": Block("Filter", pascal_names("prefix")),
    "transitions": Block("Transitions", pascal_names("days", "storageClass")),
    "expiration": Block("Expiration", pascal_names("days", "expiredObjectDeleteMarker")),
    "noncurrentVersionExpiration": Block("NoncurrentVersionExpiration", pascal_names("noncurrentDays")),
    "abortIncompleteMultipartUpload": Block(
        "AbortIncompleteMultipartUpload", pascal_names("daysAfterInitiation")
    ),
}


class BucketLifecycleConfiguration(BucketSetting):
    """The lifecycle rules of a bucket, which the embedded cloud stores only; its ID is the bucket's name."""

    token = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"
    noun = "bucket_lifecycle_configuration"
    delete_call = "delete_bucket_lifecycle"
    absent = ("NoSuchLifecycleConfiguration",)
    fields: ClassVar[Fields] = {"rules": Block("Rules", RULE)}
    inputs = frozenset({"bucket", *fields})

    @override
    def to_aws(self, inputs: Values) -> Properties:
        return {"LifecycleConfiguration": super().to_aws(inputs)}
