"""S3's resource types against the embedded cloud."""

import json
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from provider.base import Properties, ProviderError
from provider.cloud import Cloud
from provider.services.s3.bucket import Bucket
from provider.services.s3.bucket_lifecycle_configuration import BucketLifecycleConfiguration
from provider.services.s3.bucket_logging import BucketLogging
from provider.services.s3.bucket_object_lock_configuration import BucketObjectLockConfiguration
from provider.services.s3.bucket_objectv2 import BucketObjectv2
from provider.services.s3.bucket_ownership_controls import BucketOwnershipControls
from provider.services.s3.bucket_policy import BucketPolicy
from provider.services.s3.bucket_public_access_block import BucketPublicAccessBlock
from provider.services.s3.bucket_server_side_encryption_configuration import (
    BucketServerSideEncryptionConfiguration,
)
from provider.services.s3.bucket_versioning import BucketVersioning
from tests.local.provider.lifecycle import exercise, expect_reads

FIREHOSE = {"Service": "firehose.amazonaws.com"}
SETTINGS = [
    BucketLifecycleConfiguration(),
    BucketLogging(),
    BucketObjectLockConfiguration(),
    BucketOwnershipControls(),
    BucketPolicy(),
    BucketPublicAccessBlock(),
    BucketServerSideEncryptionConfiguration(),
    BucketVersioning(),
]


def bucket(cloud: Cloud, name: str) -> str:
    """Create a bucket without settings."""
    return Bucket().create(cloud, {"bucket": name})


def policy(name: str, action: str) -> str:
    """Return a policy that allows Firehose one action and denies plain HTTP, over several lines."""
    on = f"arn:aws:s3:::{name}"
    allowed = {"Effect": "Allow", "Principal": FIREHOSE, "Action": action, "Resource": f"{on}/*"}
    refused = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [on, f"{on}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [allowed, refused]}, indent=2)


def versioned(cloud: Cloud, name: str) -> Properties:
    """Switch the versions of a bucket on, and return the inputs."""
    inputs = {"bucket": name, "versioningConfiguration": {"status": "Enabled"}}
    BucketVersioning().create(cloud, inputs)
    return inputs


def lock(name: str, days: int) -> Properties:
    """Return the inputs of a default retention."""
    return {"bucket": name, "rule": {"defaultRetention": {"mode": "GOVERNANCE", "days": days}}}


def rule(prefix: str, cold: int, gone: int) -> Properties:
    """Return a lifecycle rule with every known key."""
    return {
        "id": prefix,
        "status": "Enabled",
        "filter": {"prefix": f"{prefix}/"},
        "transitions": [{"days": cold, "storageClass": "GLACIER_IR"}],
        "expiration": {"days": gone},
        "noncurrentVersionExpiration": {"noncurrentDays": gone},
        "abortIncompleteMultipartUpload": {"daysAfterInitiation": 1},
    }


def test_bucket_create_read_update_delete(cloud: Cloud) -> None:
    """A bucket reads as it was written, before and after an update of its tags."""
    inputs = {
        "bucket": "bucket-life",
        "forceDestroy": True,
        "tags": {"stack": "local", "component": "audit"},
    }

    read = exercise(cloud, Bucket(), inputs, {**inputs, "tags": {"stack": "local", "owner": "team"}})

    assert read == {
        "bucket": "bucket-life",
        "arn": "arn:aws:s3:::bucket-life",
        "bucketDomainName": "bucket-life.s3.amazonaws.com",
        "bucketRegionalDomainName": "bucket-life.s3.us-east-1.amazonaws.com",
        "region": "us-east-1",
        "tags": inputs["tags"],
    }


def test_bucket_without_tags_reads_as_new(cloud: Cloud) -> None:
    """An update without tags removes the old ones."""
    name = bucket(cloud, "bucket-bare")
    bare = {"bucket": name}
    before = Bucket().read(cloud, name, bare)

    Bucket().update(cloud, name, bare, {**bare, "tags": {"a": "b"}})
    Bucket().update(cloud, name, {**bare, "tags": {"a": "b"}}, bare)

    assert Bucket().read(cloud, name, bare) == before


@pytest.mark.parametrize("versioning", ["Suspended", "Enabled"])
def test_bucket_with_force_destroy_is_deleted_with_its_content(cloud: Cloud, versioning: str) -> None:
    """Objects, old versions and delete markers do not prevent the deletion of a bucket with forceDestroy."""
    name = bucket(cloud, f"bucket-full-{versioning.lower()}")
    s3 = cloud.client("s3")
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": versioning})
    for key in ("kept", "deleted", "deleted"):
        s3.put_object(Bucket=name, Key=key, Body=b"{}")
    s3.delete_object(Bucket=name, Key="deleted")

    Bucket().delete(cloud, name, {"forceDestroy": True})

    assert Bucket().read(cloud, name, {}) is None


def test_bucket_with_force_destroy_is_deleted_with_locked_objects(cloud: Cloud) -> None:
    """S3 refuses to delete a locked version without the bypass of governance mode."""
    name = bucket(cloud, "bucket-locked")
    versioned(cloud, name)
    BucketObjectLockConfiguration().create(cloud, lock(name, 30))
    s3 = cloud.client("s3")
    version = s3.put_object(Bucket=name, Key="kept", Body=b"{}")["VersionId"]
    with pytest.raises(ClientError, match="AccessDenied"):
        s3.delete_object(Bucket=name, Key="kept", VersionId=version)

    Bucket().delete(cloud, name, {"forceDestroy": True})

    assert Bucket().read(cloud, name, {}) is None


def test_bucket_with_content_is_not_deleted(cloud: Cloud) -> None:
    """A bucket without forceDestroy is deleted only when it is empty."""
    name = bucket(cloud, "bucket-kept")
    cloud.client("s3").put_object(Bucket=name, Key="kept", Body=b"{}")

    with pytest.raises(ClientError, match="BucketNotEmpty"):
        Bucket().delete(cloud, name, {"forceDestroy": False})


def test_policy_create_read_update_delete(cloud: Cloud) -> None:
    """A policy reads as it was written, including the statements that the embedded cloud does not receive."""
    name = bucket(cloud, "policy-life")
    inputs = {"bucket": name, "policy": policy(name, "s3:PutObject")}

    read = exercise(cloud, BucketPolicy(), inputs, {**inputs, "policy": policy(name, "s3:GetObject")})

    assert read == inputs


def test_policy_that_denies_plain_http_allows_loopback(cloud: Cloud) -> None:
    """The embedded cloud accepts requests over plain HTTP in spite of the policy."""
    name = bucket(cloud, "policy-plain")

    BucketPolicy().create(cloud, {"bucket": name, "policy": policy(name, "s3:PutObject")})
    cloud.client("s3").put_object(Bucket=name, Key="key", Body=b"{}")

    assert cloud.client("s3").get_object(Bucket=name, Key="key")["Body"].read() == b"{}"


def test_public_access_block_create_read_update_delete(cloud: Cloud) -> None:
    """Each of the four settings can be changed."""
    inputs = {
        "bucket": bucket(cloud, "block-life"),
        "blockPublicAcls": True,
        "blockPublicPolicy": False,
        "ignorePublicAcls": True,
        "restrictPublicBuckets": False,
    }
    changed = {key: value if key == "bucket" else not value for key, value in inputs.items()}

    read = exercise(cloud, BucketPublicAccessBlock(), inputs, changed)

    assert read == inputs


def test_public_access_block_rejects_a_public_policy(cloud: Cloud) -> None:
    """A policy cannot make a bucket public when public access is blocked."""
    name = bucket(cloud, "block-effect")
    settings = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
    BucketPublicAccessBlock().create(cloud, {"bucket": name, **dict.fromkeys(settings, True)})
    document = json.loads(policy(name, "s3:GetObject"))
    document["Statement"][0]["Principal"] = "*"

    with pytest.raises(ClientError, match="AccessDenied"):
        BucketPolicy().create(cloud, {"bucket": name, "policy": json.dumps(document)})


def test_lifecycle_configuration_create_read_update_delete(cloud: Cloud) -> None:
    """The rules read as they were written, before and after one of two is removed and the other changed."""
    inputs = {
        "bucket": bucket(cloud, "lifecycle-life"),
        "rules": [rule("events", 30, 90), rule("errors", 30, 90)],
    }

    read = exercise(
        cloud, BucketLifecycleConfiguration(), inputs, {**inputs, "rules": [rule("events", 1, 2)]}
    )

    assert read == inputs


def test_lifecycle_rule_with_an_unknown_key_is_rejected(cloud: Cloud) -> None:
    """An input that the provider would ignore is an error that names it."""
    name = bucket(cloud, "lifecycle-unknown")
    filtered = rule("events", 1, 2) | {"filter": {"objectSizeLessThan": 5}}

    with pytest.raises(ProviderError, match="unknown objectSizeLessThan; known are prefix"):
        BucketLifecycleConfiguration().create(cloud, {"bucket": name, "rules": [filtered]})


def test_lifecycle_rule_of_delete_markers_reads_as_it_was_written(cloud: Cloud) -> None:
    """A rule expires either objects or the markers of deleted ones."""
    inputs = {
        "bucket": bucket(cloud, "lifecycle-markers"),
        "rules": [
            {
                "id": "old-versions",
                "status": "Enabled",
                "filter": {"prefix": ""},
                "expiration": {"expiredObjectDeleteMarker": True},
            }
        ],
    }
    kind = BucketLifecycleConfiguration()

    kind.create(cloud, inputs)

    assert kind.read(cloud, inputs["bucket"], inputs) == inputs


def test_versioning_create_read_update_delete(cloud: Cloud) -> None:
    """Versions can be suspended and switched on again; deletion suspends them."""
    kind, name = BucketVersioning(), bucket(cloud, "versions-life")
    inputs = versioned(cloud, name)
    suspended = {**inputs, "versioningConfiguration": {"status": "Suspended"}}

    assert expect_reads(cloud, kind, name, inputs) == inputs
    assert kind.find(cloud, inputs) == name
    kind.update(cloud, name, inputs, suspended)
    assert kind.read(cloud, name, suspended) == suspended
    kind.update(cloud, name, suspended, inputs)
    kind.delete(cloud, name, inputs)

    assert kind.find(cloud, inputs) is None


def test_logging_create_read_update_delete(cloud: Cloud) -> None:
    """The target of the access log can be changed."""
    name, target = bucket(cloud, "logging-life"), bucket(cloud, "logging-target")
    inputs = {"bucket": name, "targetBucket": target, "targetPrefix": "one/"}

    read = exercise(cloud, BucketLogging(), inputs, {**inputs, "targetPrefix": "two/"})

    assert read == inputs


def test_object_lock_create_read_update_delete(cloud: Cloud) -> None:
    """The default retention can be changed and removed on a bucket that exists; Object Lock stays on."""
    name = bucket(cloud, "lock-life")
    versioned(cloud, name)
    inputs = lock(name, 30)

    read = exercise(cloud, BucketObjectLockConfiguration(), inputs, lock(name, 60))
    found = cloud.client("s3").get_object_lock_configuration(Bucket=name)["ObjectLockConfiguration"]

    assert (read, found) == (inputs, {"ObjectLockEnabled": "Enabled"})


def test_ownership_controls_create_read_update_delete(cloud: Cloud) -> None:
    """The owner of objects from other accounts can be changed."""
    inputs = {"bucket": bucket(cloud, "ownership-life"), "rule": {"objectOwnership": "BucketOwnerEnforced"}}

    read = exercise(
        cloud,
        BucketOwnershipControls(),
        inputs,
        {**inputs, "rule": {"objectOwnership": "BucketOwnerPreferred"}},
    )

    assert read == inputs


def test_encryption_create_read_update_delete(cloud: Cloud) -> None:
    """Encryption reads as it was written; after deletion it is S3's default."""
    kind = BucketServerSideEncryptionConfiguration()
    name = bucket(cloud, "encryption-life")
    own = {"applyServerSideEncryptionByDefault": {"sseAlgorithm": "AES256"}}
    by_key = {"sseAlgorithm": "aws:kms", "kmsMasterKeyId": "arn:aws:kms:us-east-1:000000000000:key/k"}
    inputs = {"bucket": name, "rules": [own]}
    changed = {
        "bucket": name,
        "rules": [{"applyServerSideEncryptionByDefault": by_key, "bucketKeyEnabled": True}],
    }

    kind.create(cloud, inputs)
    assert expect_reads(cloud, kind, name, inputs) == inputs
    assert kind.find(cloud, inputs) == name
    kind.update(cloud, name, inputs, changed)
    assert expect_reads(cloud, kind, name, changed) == changed
    kind.delete(cloud, name, changed)

    assert kind.find(cloud, changed) is None
    assert kind.read(cloud, name, {}) == {"bucket": name, "rules": [{**own, "bucketKeyEnabled": False}]}


@pytest.mark.parametrize("kind", SETTINGS, ids=lambda kind: kind.noun)
def test_setting_of_a_missing_bucket_reads_as_none_and_delete_succeeds(cloud: Cloud, kind: Any) -> None:
    """Reading or deleting a resource that does not exist is not an error."""
    kind.delete(cloud, "bucket-nowhere", {})

    assert kind.read(cloud, "bucket-nowhere", {}) is None


def test_default_setting_of_a_new_bucket_is_not_found(cloud: Cloud) -> None:
    """Only a setting that equals the inputs counts as created before a run was interrupted."""
    name = bucket(cloud, "setting-own")

    stated = {"bucket": name, "rule": {"objectOwnership": "ObjectWriter"}}

    assert BucketOwnershipControls().find(cloud, stated) is None


def test_object_of_text_create_read_update_delete(cloud: Cloud) -> None:
    """An object reads as it was written, before and after an update that removes its headers."""
    name = bucket(cloud, "bucket-text")
    inputs = {
        "bucket": name,
        "key": "releases/1/index.html",
        "content": "ä",
        "contentType": "text/html; charset=utf-8",
        "cacheControl": "no-cache",
    }

    exercise(cloud, BucketObjectv2(), inputs, {**inputs, "content": "b", "cacheControl": "no-store"})


def test_object_of_a_file_has_its_bytes(cloud: Cloud, tmp_path: Path) -> None:
    """A file that cannot be read is named."""
    name = bucket(cloud, "bucket-file")
    path = tmp_path / "icon.png"
    inputs = {"bucket": name, "key": "icon.png", "source": {"asset": {"path": str(path), "hash": "00"}}}
    with pytest.raises(ProviderError, match=r"^the file .*icon.png cannot be read: No such file"):
        BucketObjectv2().create(cloud, inputs)
    path.write_bytes(b"\x89PNG\x00")

    BucketObjectv2().create(cloud, inputs)

    assert cloud.client("s3").get_object(Bucket=name, Key="icon.png")["Body"].read() == b"\x89PNG\x00"
