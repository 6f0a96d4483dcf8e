"""Buckets: private, encrypted, TLS only, with versions, lifecycle rules and an access log."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components import limits
from components.base import Component
from components.iam import ResourcePolicy, allow_service, deny_insecure_transport
from settings import Settings

ABANDONED_DAYS = 1
"""Days after which an incomplete multipart upload is aborted; its parts cost like objects."""

LOG_DELIVERY = "logging.s3.amazonaws.com"
"""The service that writes access logs:
https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html"""


@dataclass(frozen=True)
class Lifecycle:
    """The lifecycle of the objects under a prefix, in days since their creation.

    Attributes:
        prefix: the prefix of their keys, such as `events/`.
        cold_after: when they move to Glacier Instant Retrieval; never if it is None.
        expire_after: when they are deleted; more than `cold_after`.
    """

    prefix: str
    cold_after: int | None
    expire_after: int

    def __post_init__(self) -> None:
        cold = self.cold_after
        if self.expire_after < 1 or (cold is not None and not 0 < cold < self.expire_after):
            raise ValueError(
                f"lifecycle of {self.prefix}: cold_after {self.cold_after}, expire_after {self.expire_after}:"
                " expected 0 < cold_after < expire_after"
            )


class Bucket(Component):
    """A private S3 bucket with versions, protected as its environment class requires.

    Production keeps a bucket that has objects; other environment classes delete it with its objects.

    Example:
        Bucket("exports", settings, lifecycle={"old": Lifecycle("old/", cold_after=30, expire_after=90)})

    Args:
        lifecycle: lifecycle rules by name, besides the rule for old versions and incomplete uploads.
        access_logs: the bucket that receives the access log; only that bucket itself has none, because
            each log that S3 delivered to it would be a request to log.
        lock_days: days for which no object can be deleted without `s3:BypassGovernanceRetention`. S3 then
            requires a checksum in each upload, and the bucket cannot receive access logs.

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
        access_logs: Bucket | None = None,
        lock_days: int | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        rules = [_old_versions(settings), *(_rule(*each) for each in (lifecycle or {}).items())]
        limits.LIFECYCLE_RULES.check(f"bucket {name}", "lifecycle rules", len(rules))
        super().__init__(name, opts)
        bucket = aws.s3.Bucket(
            name,
            force_destroy=not settings.production,
            tags=self.tags,
            opts=self.child(protect=settings.production),
        )
        self.bucket_name = bucket.id
        self.arn = bucket.arn
        self.policy = self._make_private()
        self._encrypt()
        versioning = self._keep_versions(rules)
        if lock_days:
            self._lock(lock_days, versioning)
        if access_logs:
            self._log_access(access_logs)
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

    def _keep_versions(
        self, rules: list[aws.s3.BucketLifecycleConfigurationRuleArgsDict]
    ) -> aws.s3.BucketVersioning:
        versioning = aws.s3.BucketVersioning(
            self.name,
            bucket=self.bucket_name,
            versioning_configuration={"status": "Enabled"},
            opts=self.child(),
        )
        aws.s3.BucketLifecycleConfiguration(
            self.name, bucket=self.bucket_name, rules=rules, opts=self.child(depends_on=[versioning])
        )
        return versioning

    def _lock(self, days: int, versioning: aws.s3.BucketVersioning) -> None:
        # Not `object_lock_enabled` of the bucket, which would replace a bucket that exists.
        aws.s3.BucketObjectLockConfiguration(
            self.name,
            bucket=self.bucket_name,
            rule={"default_retention": {"mode": "GOVERNANCE", "days": days}},
            opts=self.child(depends_on=[versioning]),
        )

    def _log_access(self, logs: Bucket) -> None:
        prefix = f"{self.name}/"
        logs.allow_service(LOG_DELIVERY, "s3:PutObject", self.arn, prefix=prefix)
        aws.s3.BucketLogging(
            self.name,
            bucket=self.bucket_name,
            target_bucket=logs.bucket_name,
            target_prefix=prefix,
            opts=self.child(depends_on=[logs.policy]),
        )


def _old_versions(settings: Settings) -> aws.s3.BucketLifecycleConfigurationRuleArgsDict:
    """Return the rule that every bucket has, also for objects under no prefix of another rule."""
    return {
        "id": "old-versions",
        "status": "Enabled",
        "filter": {"prefix": ""},
        "noncurrent_version_expiration": {"noncurrent_days": settings.buckets.old_version_days},
        "expiration": {"expired_object_delete_marker": True},
        "abort_incomplete_multipart_upload": {"days_after_initiation": ABANDONED_DAYS},
    }


def _rule(name: str, lifecycle: Lifecycle) -> aws.s3.BucketLifecycleConfigurationRuleArgsDict:
    rule: aws.s3.BucketLifecycleConfigurationRuleArgsDict = {
        "id": name,
        "status": "Enabled",
        "filter": {"prefix": lifecycle.prefix},
        "expiration": {"days": lifecycle.expire_after},
    }
    if lifecycle.cold_after:
        rule["transitions"] = [{"days": lifecycle.cold_after, "storage_class": "GLACIER_IR"}]
    return rule
