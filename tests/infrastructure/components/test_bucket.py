"""Buckets."""

from __future__ import annotations

from typing import Any

import pytest

from components.bucket import Bucket, Lifecycle
from settings import Settings
from tests.infrastructure.components.build import (
    only_tls,
    refused,
    settings,
    tags,
    wait_for,
)
from tools.graph import Graph, built, statements

BUCKET = "aws:s3/bucket:Bucket"

LIFECYCLE = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"

COMPANIONS = {
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls": {
        "bucket": "files-id",
        "rule": {"objectOwnership": "BucketOwnerEnforced"},
    },
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": {
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


def bucket(of: Settings | None = None, **arguments: Any) -> Graph:
    """The graph of one bucket."""
    return built(lambda: Bucket("files", of or settings(), **arguments))


@pytest.mark.parametrize(
    ("environment", "force", "protect"),
    [("ephemeral", True, False), ("development", False, False), ("production", False, True)],
)
def test_a_bucket_is_kept_as_its_environment_class_demands(
    environment: str, force: bool, protect: bool
) -> None:
    """What comes and goes takes its content along; production's is protected; elsewhere content is kept."""
    graph = bucket(settings(environment))

    assert graph.inputs(BUCKET, "files") == {"forceDestroy": force, "tags": tags("files")}
    assert graph.of(BUCKET)["files"].protect is protect


@pytest.mark.parametrize("kind", COMPANIONS)
def test_a_bucket_is_closed_and_encrypted(kind: str) -> None:
    """Nothing of it is public, all in it is its owner's, and all is encrypted."""
    assert bucket().inputs(kind, "files") == COMPANIONS[kind]


def test_a_bucket_refuses_plain_http() -> None:
    """Neither the bucket nor an object is reached but over TLS, which is said once the public is kept out."""
    graph = bucket()
    kind = "aws:s3/bucketPolicy:BucketPolicy"
    inputs = graph.inputs(kind, "files")

    assert inputs["bucket"] == "files-id"
    assert statements(inputs["policy"]) == [
        {**only_tls("s3:*", ""), "Resource": ["arn:aws:s3:::files", "arn:aws:s3:::files/*"]}
    ]
    assert wait_for(graph, kind, "files") == {
        f"{BUCKET}::files",
        "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock::files",
    }


def test_a_bucket_without_rules_keeps_what_it_has() -> None:
    """Objects go only where the owner says when."""
    assert bucket().of(LIFECYCLE) == {}


def test_a_bucket_is_cleared_by_its_rules() -> None:
    """Each rule says when objects grow cold and when they go, and what was never finished goes at once."""
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


@pytest.mark.parametrize(("cold", "gone"), [(0, 5), (5, 5), (6, 5)])
def test_a_lifecycle_that_s3_would_refuse_is_refused(cold: int, gone: int) -> None:
    """Objects grow cold after a day at least, and before they go."""
    refused(
        lambda: Lifecycle("old/", cold, gone),
        f"cold_after {cold}, expire_after {gone}: expected 0 < cold_after < expire_after",
    )
