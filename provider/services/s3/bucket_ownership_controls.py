"""The ownership controls of buckets."""

from __future__ import annotations

from typing import ClassVar, override

from provider.base import Properties, Values
from provider.fields import Block, Fields
from provider.services.s3.bucket_setting import BucketSetting


class BucketOwnershipControls(BucketSetting):
    """The owner of the objects that other accounts write to a bucket; its ID is the bucket's name."""

    token = "aws:s3/bucketOwnershipControls:BucketOwnershipControls"
    noun = "bucket_ownership_controls"
    absent = ("OwnershipControlsNotFoundError",)
    fields: ClassVar[Fields] = {"rule": Block("Rule", {"objectOwnership": "ObjectOwnership"})}
    inputs = frozenset({"bucket", *fields})

    @override
    def to_aws(self, inputs: Values) -> Properties:
        return {"OwnershipControls": {"Rules": [super().to_aws(inputs)["Rule"]]}}

    @override
    def from_aws(self, found: Values, known: Values) -> Properties:
        (rule,) = found["OwnershipControls"]["Rules"]
        return super().from_aws({"Rule": rule}, known)
