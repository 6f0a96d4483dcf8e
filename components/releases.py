"""What the daily pruning of releases uses: the site's bucket and the key-value store of live releases."""

from __future__ import annotations

import pulumi

from components.bucket import Bucket
from components.iam import Grant
from components.use import Use

PAGES = "releases/*"
ASSETS = "assets/*"
MANIFESTS = "releases/*/release.json"


def use_releases(bucket: Bucket, store: pulumi.Output[str], keep_days: int) -> Use:
    """Allow listing, renewing and deleting releases, and reading which are live.

    Args:
        bucket: the bucket with all releases.
        store: the ARN of the key-value store that names the live ones.
        keep_days: how many days a release stays after it was last in use.
    """
    reason = "the objects of a release are under its own prefix"
    pages, assets, manifests = (
        pulumi.Output.concat(bucket.arn, "/", keys) for keys in (PAGES, ASSETS, MANIFESTS)
    )
    grants = (
        Grant(("s3:ListBucket",), (bucket.arn,), condition={"StringLike": {"s3:prefix": [PAGES, ASSETS]}}),
        # A copy onto itself reads and writes.
        Grant(("s3:GetObject", "s3:PutObject"), (manifests,), reason),
        Grant(("s3:DeleteObject",), (pages, assets), reason),
        Grant(("cloudfront-keyvaluestore:ListKeys",), (store,)),
    )
    variables = {
        "RELEASES_BUCKET": bucket.bucket_name,
        "RELEASE_STORE": store,
        "KEEP_RELEASES_DAYS": str(keep_days),
    }
    return Use(grants, variables)
