"""Where the stacks' state lives: one bucket, and the key that encrypts it and every secret in it."""

from __future__ import annotations

from typing import Any

import pulumi
import pulumi_aws as aws

from bootstrap.config import Config
from components.iam import deny_insecure_transport, document

OLD_VERSIONS_DAYS = 90
"""How long a state that was written over can be brought back."""

KEY_DELETION_DAYS = 30
"""KMS's longest wait: without the key no state can be read again."""


class State(pulumi.ComponentResource):
    """The state bucket and its key. Nothing here goes away by `pulumi destroy`.

    Attributes:
        bucket_arn: the bucket's ARN.
        key_arn: the key's ARN.
        backend_url: what `pulumi login` takes.
        secrets_provider: what `--secrets-provider` takes, once `&context_stack=<stack>` is added.
    """

    def __init__(self, name: str, config: Config, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("strata:bootstrap:State", name, {}, opts)
        self.name = name
        key = aws.kms.Key(
            name,
            description=f"State and secrets of {config.project}'s stacks",
            enable_key_rotation=True,
            deletion_window_in_days=KEY_DELETION_DAYS,
            opts=self._lasting(),
        )
        alias = f"alias/{config.project}-secrets"
        aws.kms.Alias(name, name=alias, target_key_id=key.key_id, opts=self._lasting())
        bucket = aws.s3.Bucket(name, force_destroy=False, opts=self._lasting())
        self._encrypt(bucket, key)
        self._keep_versions(bucket)
        self._close(bucket)
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
            opts=self._child(),
        )

    def _keep_versions(self, bucket: aws.s3.Bucket) -> None:
        versioning = aws.s3.BucketVersioning(
            self.name,
            bucket=bucket.bucket,
            versioning_configuration={"status": "Enabled"},
            opts=self._child(),
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
            opts=self._child(depends_on=[versioning]),
        )

    def _close(self, bucket: aws.s3.Bucket) -> None:
        aws.s3.BucketOwnershipControls(
            self.name,
            bucket=bucket.bucket,
            rule={"object_ownership": "BucketOwnerEnforced"},
            opts=self._child(),
        )
        block = aws.s3.BucketPublicAccessBlock(
            self.name,
            bucket=bucket.bucket,
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
            opts=self._child(),
        )
        contents = pulumi.Output.concat(bucket.arn, "/*")
        aws.s3.BucketPolicy(
            self.name,
            bucket=bucket.bucket,
            policy=document([deny_insecure_transport("s3:*", bucket.arn, contents)]),
            # S3 takes one change of a bucket's policies at a time.
            opts=self._child(depends_on=[block]),
        )

    def _child(self, **options: Any) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(parent=self, **options)

    def _lasting(self) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(parent=self, protect=True)
