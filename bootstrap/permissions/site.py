"""Access to the distribution, what belongs to it, and the objects of the app's releases."""

from __future__ import annotations

from bootstrap.permissions.access import (
    GENERATED_ID,
    Access,
    request_tags,
    request_tags_if_untagged,
    resource_tags,
)
from settings import CLOUDFRONT_REGION

ACCESS_CONTROL = "aws:cloudfront/originAccessControl:OriginAccessControl"
DISTRIBUTION = "aws:cloudfront/distribution:Distribution"
FUNCTION = "aws:cloudfront/function:Function"
HEADERS = "aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy"
KEY = "aws:cloudfront/keyvaluestoreKey:KeyvaluestoreKey"
STORE = "aws:cloudfront/keyValueStore:KeyValueStore"

# No other action of these types has a condition on tags (service authorization reference).
UNTAGGED = "AWS generates the ids of these resources, and has no condition on their tags"

CLOUDFRONT = (
    Access(
        (DISTRIBUTION,),
        "arn:aws:cloudfront::{account}:distribution/*",
        read=(
            "cloudfront:GetDistribution",
            "cloudfront:GetDistributionConfig",
            "cloudfront:ListTagsForResource",
        ),
        write=(
            "cloudfront:AllowVendedLogDeliveryForResource",
            "cloudfront:DeleteDistribution",
            "cloudfront:TagResource",
            "cloudfront:UntagResource",
            "cloudfront:UpdateDistribution",
        ),
        reason=GENERATED_ID,
        condition=resource_tags,
    ),
    Access(
        (DISTRIBUTION,),
        "*",
        write=("cloudfront:CreateDistribution",),
        reason="a distribution has no ARN before it is created",
        condition=request_tags,
    ),
    Access(
        (DISTRIBUTION, FUNCTION, STORE),
        "*",
        write=("cloudfront:TagResource",),
        reason="these resources are tagged on creation, before they have an ARN",
        condition=request_tags_if_untagged,
    ),
    Access(
        (FUNCTION,),
        "arn:aws:cloudfront::{account}:function/{names}",
        read=("cloudfront:DescribeFunction", "cloudfront:GetFunction", "cloudfront:ListTagsForResource"),
        write=(
            "cloudfront:DeleteFunction",
            "cloudfront:PublishFunction",
            "cloudfront:TagResource",
            "cloudfront:UntagResource",
            "cloudfront:UpdateFunction",
        ),
    ),
    Access(
        (ACCESS_CONTROL, HEADERS, STORE),
        "arn:aws:cloudfront::{account}:key-value-store/*",
        related=(
            "arn:aws:cloudfront::{account}:origin-access-control/*",
            "arn:aws:cloudfront::{account}:response-headers-policy/*",
        ),
        read=(
            "cloudfront:DescribeKeyValueStore",
            "cloudfront:GetOriginAccessControl",
            "cloudfront:GetResponseHeadersPolicy",
            "cloudfront:ListTagsForResource",
        ),
        write=(
            "cloudfront:DeleteKeyValueStore",
            "cloudfront:DeleteOriginAccessControl",
            "cloudfront:DeleteResponseHeadersPolicy",
            "cloudfront:UntagResource",
            "cloudfront:UpdateKeyValueStore",
            "cloudfront:UpdateOriginAccessControl",
            "cloudfront:UpdateResponseHeadersPolicy",
        ),
        reason=UNTAGGED,
    ),
    Access(
        (ACCESS_CONTROL, FUNCTION, HEADERS, STORE),
        "*",
        write=(
            "cloudfront:CreateFunction",
            "cloudfront:CreateKeyValueStore",
            "cloudfront:CreateOriginAccessControl",
            "cloudfront:CreateResponseHeadersPolicy",
        ),
        reason="creation has no resource-level permissions",
    ),
    Access(
        (KEY,),
        "arn:aws:cloudfront::{account}:key-value-store/*",
        read=("cloudfront-keyvaluestore:DescribeKeyValueStore", "cloudfront-keyvaluestore:GetKey"),
        write=("cloudfront-keyvaluestore:DeleteKey", "cloudfront-keyvaluestore:PutKey"),
        reason=UNTAGGED,
    ),
)

LOGS = (
    # CloudFront delivers its logs from one region, to a log group in it.
    Access(
        (
            "aws:cloudwatch/logDeliveryDestination:LogDeliveryDestination",
            "aws:cloudwatch/logDeliverySource:LogDeliverySource",
        ),
        f"arn:aws:logs:{CLOUDFRONT_REGION}:{{account}}:delivery-destination:{{names}}",
        related=(f"arn:aws:logs:{CLOUDFRONT_REGION}:{{account}}:delivery-source:{{names}}",),
        read=("logs:GetDeliveryDestination", "logs:GetDeliverySource", "logs:ListTagsForResource"),
        write=(
            "logs:CreateDelivery",
            "logs:DeleteDeliveryDestination",
            "logs:DeleteDeliverySource",
            "logs:PutDeliveryDestination",
            "logs:PutDeliverySource",
            "logs:TagResource",
            "logs:UntagResource",
        ),
    ),
    Access(
        ("aws:cloudwatch/logDelivery:LogDelivery",),
        f"arn:aws:logs:{CLOUDFRONT_REGION}:{{account}}:delivery:*",
        read=("logs:GetDelivery", "logs:ListTagsForResource"),
        write=(
            "logs:CreateDelivery",
            "logs:DeleteDelivery",
            "logs:TagResource",
            "logs:UntagResource",
            "logs:UpdateDeliveryConfiguration",
        ),
        reason="AWS generates the id of a delivery",
    ),
)

SITE = (
    *CLOUDFRONT,
    *LOGS,
    # The site's bucket only: a deployment writes no object of another bucket.
    Access(
        ("aws:s3/bucketObjectv2:BucketObjectv2",),
        "arn:aws:s3:::{stacks}-site-*/*",
        read=("s3:GetObject", "s3:GetObjectTagging"),
        write=("s3:PutObject", "s3:PutObjectTagging"),
        reason="the objects of a release, in the site's bucket",
    ),
)
