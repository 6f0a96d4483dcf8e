"""Buckets: private, encrypted, TLS only, with lifecycle rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components import limits
from components.base import Component
from components.iam import ResourcePolicy, allow_service, deny_insecure_transport
from settings import Environment, Settings

ABANDONED_DAYS = 1
"""Days after which an incomplete multipart upload is aborted; its parts cost like objects."""


@dataclass(frozen=True)
class Lifecycle:
    """The lifecycle of the objects under a prefix, in days since their creation.

    Attributes:
        prefix: the prefix of their keys, such as `events/`.
        cold_after: when they move to Glacier Instant Retrieval.
        expire_after: when they are deleted; more than `cold_after`.
    """

    prefix: str
    cold_after: int
    expire_after: int

    def __post_init__(self) -> None:
        if not 0 < self.cold_after < self.expire_after:
            raise ValueError(
                f"lifecycle of {self.prefix}: cold_after {self.cold_after}, expire_after {self.expire_after}:"
                " expected 0 < cold_after < expire_after"
            )


class Bucket(Component):
    """A private S3 bucket, protected as its environment class requires.

    Example:
        Bucket("exports", settings, lifecycle={"old": Lifecycle("old/", cold_after=30, expire_after=90)})

    Args:
        lifecycle: lifecycle rules by name.

    Attributes:
        bucket_name: the physical name.
        arn: the bucket's ARN.
        policy: the bucket policy; what relies on `allow_service` depends on it.

    Raises:
        ValueError: for a name or a number of lifecycle rules that S3 would reject.
    """

    name_limit = 63
    name_pattern = limits.BUCKET_NAME

    def __init__(
        self,
        name: str,
        settings: Settings,
        *,
        lifecycle: Mapping[str, Lifecycle] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        if lifecycle:
            limits.LIFECYCLE_RULES.check(f"bucket {name}", "lifecycle rules", len(lifecycle))
        super().__init__(name, opts)
        bucket = aws.s3.Bucket(
            name,
            # An ephemeral stack is destroyed with its objects.
            force_destroy=settings.environment is Environment.EPHEMERAL,
            tags=self.tags,
            opts=self.child(protect=settings.production),
        )
        self.bucket_name = bucket.id
        self.arn = bucket.arn
        self.policy = self._make_private()
        self._encrypt()
        if lifecycle:
            self._expire(lifecycle)
        self.register_outputs({"bucketName": self.bucket_name, "arn": self.arn})

    def allow_service(
        self, service: str, action: str, source_arn: pulumi.Input[str], *, prefix: str = ""
    ) -> None:
        """Allow an AWS service to act on the objects under a prefix on behalf of one source."""
        objects = pulumi.Output.concat(self.arn, f"/{prefix}*")
        self._policy.add(allow_service(service, action, objects, source_arn))

    def _make_private(self) -> aws.s3.BucketPolicy:
        private = aws.s3.BucketPublicAccessBlock(
            self.name,
            bucket=self.bucket_name,
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
            opts=self.child(),
        )
        aws.s3.BucketOwnershipControls(
            self.name,
            bucket=self.bucket_name,
            rule={"object_ownership": "BucketOwnerEnforced"},
            opts=self.child(),
        )
        contents = pulumi.Output.concat(self.arn, "/*")
        self._policy = ResourcePolicy(self.arn, deny_insecure_transport("s3:*", self.arn, contents))
        return aws.s3.BucketPolicy(
            self.name,
            bucket=self.bucket_name,
            policy=self._policy.document,
            # S3 rejects concurrent changes of a bucket's policy and its public access block.
            opts=self.child(depends_on=[private]),
        )

    def _encrypt(self) -> None:
        aws.s3.BucketServerSideEncryptionConfiguration(
            self.name,
            bucket=self.bucket_name,
            rules=[{"apply_server_side_encryption_by_default": {"sse_algorithm": "AES256"}}],
            opts=self.child(),
        )

    def _expire(self, lifecycle: Mapping[str, Lifecycle]) -> None:
        aws.s3.BucketLifecycleConfiguration(
            self.name,
            bucket=self.bucket_name,
            rules=[_rule(name, each) for name, each in lifecycle.items()],
            opts=self.child(),
        )


def _rule(name: str, lifecycle: Lifecycle) -> aws.s3.BucketLifecycleConfigurationRuleArgsDict:
    return {
        "id": name,
        "status": "Enabled",
        "filter": {"prefix": lifecycle.prefix},
        "transitions": [{"days": lifecycle.cold_after, "storage_class": "GLACIER_IR"}],
        "expiration": {"days": lifecycle.expire_after},
        "abort_incomplete_multipart_upload": {"days_after_initiation": ABANDONED_DAYS},
    }
