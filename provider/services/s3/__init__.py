"""S3: buckets, and the settings that Pulumi models as separate resources."""

from __future__ import annotations

from provider.service import Service

SERVICE = Service("s3", "NoSuchBucket")
