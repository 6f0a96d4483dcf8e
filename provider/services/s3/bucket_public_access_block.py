"""The public access blocks of buckets."""

from __future__ import annotations

from typing import ClassVar, override

from provider.base import Properties, Values
from provider.fields import Fields, from_aws, pascal_names
from provider.services.s3.bucket_setting import BucketSetting


class BucketPublicAccessBlock(BucketSetting):
    """The public access that a bucket blocks whatever its policies allow; its ID is the bucket's name."""

    token = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
    noun = "public_access_block"
    absent = ("NoSuchPublicAccessBlockConfiguration",)
    fields: ClassVar[Fields] = pascal_names(
        "blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"
    )
    inputs = frozenset({"bucket", *fields})

    @override
    def to_aws(self, inputs: Values) -> Properties:
        stated = {key: bool(inputs.get(key)) for key in self.fields}
        return {"PublicAccessBlockConfiguration": super().to_aws(stated)}

    @override
    def from_aws(self, found: Values, known: Values) -> Properties:
        return from_aws(found["PublicAccessBlockConfiguration"], self.fields)
