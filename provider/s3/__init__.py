"""S3: buckets, and what Pulumi has as companions of a bucket, each a resource of its own."""

from __future__ import annotations

from provider.base import ResourceType
from provider.s3.bucket import Bucket
from provider.s3.lifecycle_configuration import BucketLifecycleConfiguration
from provider.s3.settings import (
    BucketOwnershipControls,
    BucketPolicy,
    BucketPublicAccessBlock,
    BucketServerSideEncryptionConfiguration,
)

TYPES: tuple[ResourceType, ...] = (
    Bucket(),
    BucketLifecycleConfiguration(),
    BucketOwnershipControls(),
    BucketPolicy(),
    BucketPublicAccessBlock(),
    BucketServerSideEncryptionConfiguration(),
)
