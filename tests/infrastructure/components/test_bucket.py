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
LOCK = "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration"
LOGGING = "aws:s3/bucketLogging:BucketLogging"
POLICY = "aws:s3/bucketPolicy:BucketPolicy"
PUBLIC_ACCESS = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
VERSIONING = "aws:s3/bucketVersioning:BucketVersioning"

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


def old_versions(days: int) -> dict[str, Any]:
    """Return the lifecycle rule that every bucket has."""
    return {
        "id": "old-versions",
        "status": "Enabled",
        "filter": {"prefix": ""},
        "noncurrentVersionExpiration": {"noncurrentDays": days},
        "expiration": {"expiredObjectDeleteMarker": True},
        "abortIncompleteMultipartUpload": {"daysAfterInitiation": 1},
    }


def bucket(of: Settings | None = None, **arguments: Any) -> Graph:
    """Return the graph of one bucket."""
    return built(lambda: Bucket("files", of or settings(), **arguments))


@pytest.mark.parametrize(
    ("environment", "force", "protect"),
    [("ephemeral", True, False), ("development", True, False), ("production", False, True)],
)
def test_bucket_follows_its_environment_class(environment: str, force: bool, protect: bool) -> None:
    """Production's bucket is protected; the others are deleted with their objects."""
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


@pytest.mark.parametrize(("environment", "days"), [("ephemeral", 1), ("development", 7), ("production", 90)])
def test_bucket_keeps_old_versions_as_its_environment_class_requires(environment: str, days: int) -> None:
    """Old versions, markers of deleted objects and incomplete uploads expire in the whole bucket."""
    graph = bucket(settings(environment))

    assert graph.inputs(VERSIONING, "files") == {
        "bucket": "files-id",
        "versioningConfiguration": {"status": "Enabled"},
    }
    assert graph.inputs(LIFECYCLE, "files") == {"bucket": "files-id", "rules": [old_versions(days)]}
    assert f"{VERSIONING}::files" in dependencies(graph, LIFECYCLE, "files")


def test_objects_follow_the_lifecycle_rules() -> None:
    """Objects move to cold storage if the rule asks for it, and expire."""
    graph = bucket(
        lifecycle={"old": Lifecycle("old/", cold_after=30, expire_after=90), "all": Lifecycle("", None, 1)}
    )

    assert graph.inputs(LIFECYCLE, "files")["rules"] == [
        old_versions(7),
        {
            "id": "old",
            "status": "Enabled",
            "filter": {"prefix": "old/"},
            "transitions": [{"days": 30, "storageClass": "GLACIER_IR"}],
            "expiration": {"days": 90},
        },
        {"id": "all", "status": "Enabled", "filter": {"prefix": ""}, "expiration": {"days": 1}},
    ]


def test_access_log_is_written_to_another_bucket() -> None:
    """S3 may write the log of this bucket only, under its prefix, once the other bucket's policy exists."""

    def declare() -> None:
        Bucket("files", settings(), access_logs=Bucket("logs", settings()))

    graph = built(declare)

    assert graph.of(LOGGING)["files"].inputs == {
        "bucket": "files-id",
        "targetBucket": "logs-id",
        "targetPrefix": "files/",
    }
    assert f"{POLICY}::logs" in dependencies(graph, LOGGING, "files")
    assert statements(graph.inputs(POLICY, "logs")["policy"])[1:] == [
        service_statement(
            "logging.s3.amazonaws.com", "s3:PutObject", "arn:aws:s3:::logs/files/*", "arn:aws:s3:::files"
        )
    ]


def test_locked_objects_have_a_default_retention() -> None:
    """The lock follows the versions, and does not replace a bucket that exists."""
    graph = bucket(lock_days=30)

    assert graph.inputs(LOCK, "files") == {
        "bucket": "files-id",
        "rule": {"defaultRetention": {"mode": "GOVERNANCE", "days": 30}},
    }
    assert f"{VERSIONING}::files" in dependencies(graph, LOCK, "files")
    assert "objectLockEnabled" not in graph.inputs(BUCKET, "files")
    assert bucket().of(LOCK) == {}


@pytest.mark.parametrize(("cold", "expire"), [(0, 5), (5, 5), (6, 5), (None, 0)])
def test_lifecycle_that_s3_would_reject_is_rejected(cold: int | None, expire: int) -> None:
    """Objects move to cold storage after at least a day, and before they expire."""
    rejected(
        lambda: Lifecycle("old/", cold, expire),
        f"cold_after {cold}, expire_after {expire}: expected 0 < cold_after < expire_after",
    )
