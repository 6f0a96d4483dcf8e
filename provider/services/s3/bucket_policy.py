"""The policies of buckets."""

from __future__ import annotations

from typing import ClassVar

from provider.fields import Fields, Policy
from provider.services.s3.bucket_setting import BucketSetting


class BucketPolicy(BucketSetting):
    """The resource policy of a bucket; its ID is the bucket's name."""

    token = "aws:s3/bucketPolicy:BucketPolicy"
    noun = "bucket_policy"
    absent = ("NoSuchBucketPolicy",)
    fields: ClassVar[Fields] = {"policy": Policy("Policy")}
    inputs = frozenset({"bucket", *fields})
