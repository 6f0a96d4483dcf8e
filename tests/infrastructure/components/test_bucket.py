"""Buckets.

These tests cannot show how S3 evaluates the bucket policy.
"""

from __future__ import annotations

from typing import Any

import pytest

from components.bucket import Bucket, Lifecycle
from settings import Settings
from tests.infrastructure.components.build import (
    LIFECYCLE,
    dependencies,
    rejected,
    service_statement,
    settings,
    tags,
    tls_statement,
)
from tools.graph import Graph, built, statements

BUCKET = "aws:s3/bucket:Bucket"
POLICY = "aws:s3/bucketPolicy:BucketPolicy"
PUBLIC_ACCESS = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"

COMPANIONS = {
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls": {
        "bucket": "files-id",
        "rule": {"objectOwnership": "BucketOwnerEnforced"},
    },
    PUBLIC_ACCESS: {
        "bucket": "files-id",
        "blockPublicAcls": True,
        "blockPublicPolicy": True,
        "ignorePublicAcls": True,
        "restrictPublicBuckets": True,
    },
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": {
        "bucket": "files-id",
        "rules": [{"applyServerSideEncryptionByDefault": {"sseAlgorithm": "AES256"}}],
    },
}
TLS = tls_statement("s3:*", ["arn:aws:s3:::files", "arn:aws:s3:::files/*"])


def bucket(of: Settings | None = None, **arguments: Any) -> Graph:
    """Return the graph of one bucket."""
    return built(lambda: Bucket("files", of or settings(), **arguments))


@pytest.mark.parametrize(
    ("environment", "force", "protect"),
    [("ephemeral", True, False), ("development", False, False), ("production", False, True)],
)
def test_bucket_follows_its_environment_class(environment: str, force: bool, protect: bool) -> None:
    """An ephemeral stack deletes its objects with the bucket; production's bucket is protected."""
    graph = bucket(settings(environment))

    assert graph.inputs(BUCKET, "files") == {"forceDestroy": force, "tags": tags("files")}
    assert graph.of(BUCKET)["files"].protect is protect


@pytest.mark.parametrize("kind", COMPANIONS)
def test_bucket_is_private_and_encrypted(kind: str) -> None:
    """It blocks public access, owns all its objects, and encrypts them."""
    assert bucket().inputs(kind, "files") == COMPANIONS[kind]


def test_bucket_denies_plain_http() -> None:
    """The policy covers the bucket and its objects, and follows the public access block."""
    graph = bucket()
    inputs = graph.inputs(POLICY, "files")

    assert inputs["bucket"] == "files-id"
    assert statements(inputs["policy"]) == [TLS]
    assert dependencies(graph, POLICY, "files") == {f"{BUCKET}::files", f"{PUBLIC_ACCESS}::files"}


@pytest.mark.parametrize(
    ("prefix", "objects"),
    [
        ({"prefix": "logs/"}, "arn:aws:s3:::files/logs/*"),
        ({}, "arn:aws:s3:::files/*"),
    ],
)
def test_service_is_allowed_on_a_prefix(prefix: dict[str, str], objects: str) -> None:
    """The statement is for one source and the objects under the prefix; the TLS statement stays."""
    service, source = "delivery.logs.amazonaws.com", "arn:aws:logs:us-east-1:123456789012:*"

    def declare() -> None:
        files = Bucket("files", settings())
        files.allow_service(service, "s3:PutObject", source, **prefix)

    assert statements(built(declare).inputs(POLICY, "files")["policy"]) == [
        TLS,
        service_statement(service, "s3:PutObject", objects, source),
    ]


def test_bucket_without_rules_keeps_its_objects() -> None:
    """Objects expire only if a lifecycle rule is given."""
    assert bucket().of(LIFECYCLE) == {}


def test_objects_follow_the_lifecycle_rules() -> None:
    """Objects move to cold storage and expire; incomplete uploads are aborted after a day."""
    graph = bucket(lifecycle={"old": Lifecycle("old/", cold_after=30, expire_after=90)})

    assert graph.inputs(LIFECYCLE, "files") == {
        "bucket": "files-id",
        "rules": [
            {
                "id": "old",
                "status": "Enabled",
                "filter": {"prefix": "old/"},
                "transitions": [{"days": 30, "storageClass": "GLACIER_IR"}],
                "expiration": {"days": 90},
                "abortIncompleteMultipartUpload": {"daysAfterInitiation": 1},
            }
        ],
    }


@pytest.mark.parametrize(("cold", "expire"), [(0, 5), (5, 5), (6, 5)])
def test_lifecycle_that_s3_would_reject_is_rejected(cold: int, expire: int) -> None:
    """Objects move to cold storage after at least a day, and before they expire."""
    rejected(
        lambda: Lifecycle("old/", cold, expire),
        f"cold_after {cold}, expire_after {expire}: expected 0 < cold_after < expire_after",
    )
