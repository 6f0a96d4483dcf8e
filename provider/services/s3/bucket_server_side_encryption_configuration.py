"""The default encryption of buckets."""

from __future__ import annotations

from typing import ClassVar, override

from provider.base import Properties, Values
from provider.fields import Block, Fields, from_aws
from provider.services.s3.bucket_setting import BucketSetting

ALGORITHM = {"sseAlgorithm": "SSEAlgorithm", "kmsMasterKeyId": "KMSMasterKeyID"}
RULE: Fields = {
    "applyServerSideEncryptionByDefault": Block("ApplyServerSideEncryptionByDefault", ALGORITHM),
    "bucketKeyEnabled": "BucketKeyEnabled",
}


class BucketServerSideEncryptionConfiguration(BucketSetting):
    """The default encryption of a bucket, S3's own after deletion; its ID is the bucket's name."""

    token = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
    noun = "bucket_encryption"
    absent = ("ServerSideEncryptionConfigurationNotFoundError",)
    fields: ClassVar[Fields] = {"rules": Block("Rules", RULE)}
    inputs = frozenset({"bucket", *fields})

    @override
    def to_aws(self, inputs: Values) -> Properties:
        return {"ServerSideEncryptionConfiguration": super().to_aws(inputs)}

    @override
    def from_aws(self, found: Values, known: Values) -> Properties:
        return from_aws(found["ServerSideEncryptionConfiguration"], self.fields)
