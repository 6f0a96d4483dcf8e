"""Access to tables, buckets, delivery streams, data catalogs and secrets."""

from __future__ import annotations

from bootstrap.permissions.access import Access

BUCKETS = "arn:aws:s3:::{names}"

DATA = (
    Access(
        ("aws:dynamodb/table:Table",),
        "arn:aws:dynamodb:{region}:{account}:table/{names}",
        read=(
            "dynamodb:DescribeContinuousBackups",
            "dynamodb:DescribeTable",
            "dynamodb:DescribeTimeToLive",
            "dynamodb:ListTagsOfResource",
        ),
        write=(
            "dynamodb:CreateTable",
            "dynamodb:DeleteTable",
            "dynamodb:TagResource",
            "dynamodb:UntagResource",
            "dynamodb:UpdateContinuousBackups",
            "dynamodb:UpdateTable",
            "dynamodb:UpdateTimeToLive",
        ),
    ),
    Access(
        (
            "aws:s3/bucket:Bucket",
            "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
            "aws:s3/bucketLogging:BucketLogging",
            "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration",
            "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
            "aws:s3/bucketPolicy:BucketPolicy",
            "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
            "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
            "aws:s3/bucketVersioning:BucketVersioning",
        ),
        BUCKETS,
        # The provider reads all settings of a bucket, also those that other resource types manage.
        read=(
            "s3:GetAccelerateConfiguration",
            "s3:GetBucketAcl",
            "s3:GetBucketCORS",
            "s3:GetBucketLogging",
            "s3:GetBucketObjectLockConfiguration",
            "s3:GetBucketOwnershipControls",
            "s3:GetBucketPolicy",
            "s3:GetBucketPublicAccessBlock",
            "s3:GetBucketRequestPayment",
            "s3:GetBucketTagging",
            "s3:GetBucketVersioning",
            "s3:GetBucketWebsite",
            "s3:GetEncryptionConfiguration",
            "s3:GetLifecycleConfiguration",
            "s3:GetReplicationConfiguration",
            "s3:ListBucket",
            "s3:ListTagsForResource",
        ),
        write=(
            "s3:CreateBucket",
            "s3:DeleteBucket",
            "s3:DeleteBucketPolicy",
            "s3:PutBucketLogging",
            "s3:PutBucketObjectLockConfiguration",
            "s3:PutBucketOwnershipControls",
            "s3:PutBucketPolicy",
            "s3:PutBucketPublicAccessBlock",
            "s3:PutBucketTagging",
            "s3:PutBucketVersioning",
            "s3:PutEncryptionConfiguration",
            "s3:PutLifecycleConfiguration",
            "s3:TagResource",
            "s3:UntagResource",
        ),
    ),
    # The buckets of a stack whose data may be lost are emptied before deletion, also of locked objects.
    Access(
        ("aws:s3/bucket:Bucket",),
        BUCKETS,
        write=(
            "s3:BypassGovernanceRetention",
            "s3:DeleteObject",
            "s3:DeleteObjectVersion",
            "s3:ListBucketVersions",
        ),
        disposable=True,
    ),
    Access(
        ("aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream",),
        "arn:aws:firehose:{region}:{account}:deliverystream/{names}",
        read=("firehose:DescribeDeliveryStream", "firehose:ListTagsForDeliveryStream"),
        write=(
            "firehose:CreateDeliveryStream",
            "firehose:DeleteDeliveryStream",
            "firehose:StartDeliveryStreamEncryption",
            "firehose:StopDeliveryStreamEncryption",
            "firehose:TagDeliveryStream",
            "firehose:UntagDeliveryStream",
            "firehose:UpdateDestination",
        ),
    ),
    Access(
        ("aws:glue/catalogDatabase:CatalogDatabase", "aws:glue/catalogTable:CatalogTable"),
        "arn:aws:glue:{region}:{account}:database/{identifiers}",
        # Glue also checks the parents of a resource, and the contents of a database on deletion.
        related=(
            "arn:aws:glue:{region}:{account}:catalog",
            "arn:aws:glue:{region}:{account}:table/{identifiers}",
            "arn:aws:glue:{region}:{account}:userDefinedFunction/{identifiers}",
        ),
        read=("glue:GetDatabase", "glue:GetPartitionIndexes", "glue:GetTable", "glue:GetTags"),
        write=(
            "glue:CreateDatabase",
            "glue:CreateTable",
            "glue:DeleteDatabase",
            "glue:DeleteTable",
            "glue:TagResource",
            "glue:UntagResource",
            "glue:UpdateDatabase",
            "glue:UpdateTable",
        ),
    ),
    # No access to the values that the stack's operator sets.
    Access(
        ("aws:secretsmanager/secret:Secret",),
        "arn:aws:secretsmanager:{region}:{account}:secret:{names}",
        read=("secretsmanager:DescribeSecret", "secretsmanager:GetResourcePolicy"),
        write=(
            "secretsmanager:CreateSecret",
            "secretsmanager:DeleteSecret",
            "secretsmanager:TagResource",
            "secretsmanager:UntagResource",
            "secretsmanager:UpdateSecret",
        ),
    ),
    # The client of sign-in has a secret that Cognito generates, and DescribeUserPoolClient returns.
    Access(
        ("aws:secretsmanager/secretVersion:SecretVersion",),
        "arn:aws:secretsmanager:{region}:{account}:secret:{names}auth-client-*",
        read=("secretsmanager:GetSecretValue",),
        write=("secretsmanager:PutSecretValue", "secretsmanager:UpdateSecretVersionStage"),
    ),
)
