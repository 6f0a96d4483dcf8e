"""The bucket of the stacks' state, and the key that encrypts it and the secrets in it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pulumi
import pulumi_aws as aws

from bootstrap.base import BootstrapComponent
from bootstrap.config import Config
from bootstrap.permissions import ROLES, Scope
from components.iam import deny_insecure_transport, document

OLD_VERSIONS_DAYS = 90
"""Number of days for which an overwritten state can be restored."""

KEY_DELETION_DAYS = 30
"""The longest waiting period of KMS: without the key the state cannot be decrypted."""


class State(BootstrapComponent):
    """The state bucket and its key, both protected from `pulumi destroy`.

    Attributes:
        bucket_arn: the bucket's ARN.
        key_arn: the key's ARN.
        backend_url: the backend URL for `pulumi login`.
        secrets_provider: the value of `--secrets-provider`, without `&context_stack=<stack>`.
    """

    def __init__(self, name: str, config: Config, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        key = aws.kms.Key(
            name,
            description=f"State and secrets of {config.project}'s stacks",
            enable_key_rotation=True,
            deletion_window_in_days=KEY_DELETION_DAYS,
            policy=document([*_key_policy(config)]),
            opts=self.child(protect=True),
        )
        alias = f"alias/{config.project}-secrets"
        aws.kms.Alias(name, name=alias, target_key_id=key.key_id, opts=self.child(protect=True))
        bucket = aws.s3.Bucket(name, force_destroy=False, opts=self.child(protect=True))
        self._encrypt(bucket, key)
        self._keep_versions(bucket)
        self._deny_public_access(bucket)
        self.bucket_arn = bucket.arn
        self.key_arn = key.arn
        self.backend_url = pulumi.Output.concat("s3://", bucket.bucket, f"?region={config.region}")
        self.secrets_provider = f"awskms://{alias}?region={config.region}"
        self.register_outputs({"backendUrl": self.backend_url})

    def _encrypt(self, bucket: aws.s3.Bucket, key: aws.kms.Key) -> None:
        aws.s3.BucketServerSideEncryptionConfiguration(
            self.name,
            bucket=bucket.bucket,
            rules=[
                {
                    "apply_server_side_encryption_by_default": {
                        "sse_algorithm": "aws:kms",
                        "kms_master_key_id": key.arn,
                    },
                    "bucket_key_enabled": True,
                }
            ],
            opts=self.child(),
        )

    def _keep_versions(self, bucket: aws.s3.Bucket) -> None:
        versioning = aws.s3.BucketVersioning(
            self.name,
            bucket=bucket.bucket,
            versioning_configuration={"status": "Enabled"},
            opts=self.child(),
        )
        aws.s3.BucketLifecycleConfiguration(
            self.name,
            bucket=bucket.bucket,
            rules=[
                {
                    "id": "old-versions",
                    "status": "Enabled",
                    "filter": {"prefix": ""},
                    "noncurrent_version_expiration": {"noncurrent_days": OLD_VERSIONS_DAYS},
                    "abort_incomplete_multipart_upload": {"days_after_initiation": 7},
                }
            ],
            opts=self.child(depends_on=[versioning]),
        )

    def _deny_public_access(self, bucket: aws.s3.Bucket) -> None:
        aws.s3.BucketOwnershipControls(
            self.name,
            bucket=bucket.bucket,
            rule={"object_ownership": "BucketOwnerEnforced"},
            opts=self.child(),
        )
        block = aws.s3.BucketPublicAccessBlock(
            self.name,
            bucket=bucket.bucket,
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
            opts=self.child(),
        )
        contents = pulumi.Output.concat(bucket.arn, "/*")
        aws.s3.BucketPolicy(
            self.name,
            bucket=bucket.bucket,
            policy=document([deny_insecure_transport("s3:*", bucket.arn, contents)]),
            # S3 rejects concurrent changes of a bucket's policy and its public access block.
            opts=self.child(depends_on=[block]),
        )


def _key_policy(config: Config) -> Iterator[dict[str, Any]]:
    """Yield the statements of the key's policy: IAM decides, except for the roles of the stacks.

    KMS's default policy lets IAM decide about every principal, also about a stack's role without a boundary.
    """
    root = f"arn:aws:iam::{config.account}:root"
    roles = [
        Scope(config.account, config.region, config.project, stack).arn(ROLES)
        for stack in config.stacks.values()
    ]
    yield {"Effect": "Allow", "Principal": {"AWS": root}, "Action": "kms:*", "Resource": "*"}
    yield {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "kms:*",
        "Resource": "*",
        "Condition": {"ArnLike": {"aws:PrincipalArn": roles}},
    }
