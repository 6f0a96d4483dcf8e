"""S3's resource types against the embedded cloud."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from provider.base import Properties, ProviderError
from provider.cloud import Cloud
from provider.services.s3.bucket import Bucket
from provider.services.s3.bucket_lifecycle_configuration import BucketLifecycleConfiguration
from provider.services.s3.bucket_ownership_controls import BucketOwnershipControls
from provider.services.s3.bucket_policy import BucketPolicy
from provider.services.s3.bucket_public_access_block import BucketPublicAccessBlock
from provider.services.s3.bucket_server_side_encryption_configuration import (
    BucketServerSideEncryptionConfiguration,
)
from tests.local.provider.lifecycle import exercise, expect_reads

FIREHOSE = {"Service": "firehose.amazonaws.com"}
COMPANIONS = [
    BucketLifecycleConfiguration(),
    BucketOwnershipControls(),
    BucketPolicy(),
    BucketPublicAccessBlock(),
    BucketServerSideEncryptionConfiguration(),
]


def bucket(cloud: Cloud, name: str) -> str:
    """A new bucket without companions."""
    return Bucket().create(cloud, {"bucket": name})


def policy(name: str, action: str) -> str:
    """A policy that lets Firehose do one thing and refuses plain HTTP, spread over lines."""
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


def rule(prefix: str, cold: int, gone: int) -> Properties:
    """A lifecycle rule with every part that is known."""
    return {
        "id": prefix,
        "status": "Enabled",
        "filter": {"prefix": f"{prefix}/"},
        "transitions": [{"days": cold, "storageClass": "GLACIER_IR"}],
        "expiration": {"days": gone},
        "abortIncompleteMultipartUpload": {"daysAfterInitiation": 1},
    }


def test_bucket_lives_its_life(cloud: Cloud) -> None:
    """A bucket reads as it was written, before and after its tags have changed."""
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
    """An update that states no tags takes the old ones away."""
    name = bucket(cloud, "bucket-bare")
    bare = {"bucket": name}
    before = Bucket().read(cloud, name, bare)

    Bucket().update(cloud, name, bare, {**bare, "tags": {"a": "b"}})
    Bucket().update(cloud, name, {**bare, "tags": {"a": "b"}}, bare)

    assert Bucket().read(cloud, name, bare) == before


@pytest.mark.parametrize("versioning", ["Suspended", "Enabled"])
def test_bucket_that_may_be_forced_goes_with_its_content(cloud: Cloud, versioning: str) -> None:
    """Objects, old versions and markers of deletion do not keep such a bucket."""
    name = bucket(cloud, f"bucket-full-{versioning.lower()}")
    s3 = cloud.client("s3")
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": versioning})
    for key in ("kept", "deleted", "deleted"):
        s3.put_object(Bucket=name, Key=key, Body=b"{}")
    s3.delete_object(Bucket=name, Key="deleted")

    Bucket().delete(cloud, name, {"forceDestroy": True})

    assert Bucket().read(cloud, name, {}) is None


def test_bucket_with_content_is_kept(cloud: Cloud) -> None:
    """A bucket that may not be forced is deleted only when it is empty."""
    name = bucket(cloud, "bucket-kept")
    cloud.client("s3").put_object(Bucket=name, Key="kept", Body=b"{}")

    with pytest.raises(ClientError, match="BucketNotEmpty"):
        Bucket().delete(cloud, name, {"forceDestroy": False})


def test_policy_lives_its_life(cloud: Cloud) -> None:
    """A policy reads as it was written, with what this cloud does not take of it."""
    name = bucket(cloud, "policy-life")
    inputs = {"bucket": name, "policy": policy(name, "s3:PutObject")}

    read = exercise(cloud, BucketPolicy(), inputs, {**inputs, "policy": policy(name, "s3:GetObject")})

    assert read == inputs


def test_policy_that_refuses_plain_http_lets_this_cloud_be_used(cloud: Cloud) -> None:
    """All that is said to the embedded cloud is plain HTTP, and still it answers."""
    name = bucket(cloud, "policy-plain")

    BucketPolicy().create(cloud, {"bucket": name, "policy": policy(name, "s3:PutObject")})
    cloud.client("s3").put_object(Bucket=name, Key="key", Body=b"{}")

    assert cloud.client("s3").get_object(Bucket=name, Key="key")["Body"].read() == b"{}"


def test_public_access_block_lives_its_life(cloud: Cloud) -> None:
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


def test_public_access_block_refuses_a_public_policy(cloud: Cloud) -> None:
    """A bucket that is closed to the public cannot be opened by its policy."""
    name = bucket(cloud, "block-effect")
    settings = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
    BucketPublicAccessBlock().create(cloud, {"bucket": name, **dict.fromkeys(settings, True)})
    document = json.loads(policy(name, "s3:GetObject"))
    document["Statement"][0]["Principal"] = "*"

    with pytest.raises(ClientError, match="AccessDenied"):
        BucketPolicy().create(cloud, {"bucket": name, "policy": json.dumps(document)})


def test_lifecycle_configuration_lives_its_life(cloud: Cloud) -> None:
    """The rules read as they were written, before and after one of two has gone and the other changed."""
    inputs = {
        "bucket": bucket(cloud, "lifecycle-life"),
        "rules": [rule("events", 30, 90), rule("errors", 30, 90)],
    }

    read = exercise(
        cloud, BucketLifecycleConfiguration(), inputs, {**inputs, "rules": [rule("events", 1, 2)]}
    )

    assert read == inputs


def test_lifecycle_rule_with_an_unknown_part_is_refused(cloud: Cloud) -> None:
    """What the provider would leave out is an error that names it."""
    name = bucket(cloud, "lifecycle-unknown")
    filtered = rule("events", 1, 2) | {"filter": {"objectSizeLessThan": 5}}

    with pytest.raises(ProviderError, match="unknown objectSizeLessThan; known are prefix"):
        BucketLifecycleConfiguration().create(cloud, {"bucket": name, "rules": [filtered]})


def test_ownership_controls_live_their_life(cloud: Cloud) -> None:
    """Who owns what others put there can be changed."""
    inputs = {"bucket": bucket(cloud, "ownership-life"), "rule": {"objectOwnership": "BucketOwnerEnforced"}}

    read = exercise(
        cloud,
        BucketOwnershipControls(),
        inputs,
        {**inputs, "rule": {"objectOwnership": "BucketOwnerPreferred"}},
    )

    assert read == inputs


def test_encryption_lives_its_life(cloud: Cloud) -> None:
    """Encryption reads as it was written; deleted, it is S3's own."""
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


@pytest.mark.parametrize("kind", COMPANIONS, ids=lambda kind: kind.noun)
def test_companion_of_a_missing_bucket_reads_as_none_and_may_be_deleted(cloud: Cloud, kind: Any) -> None:
    """What is not there is no error to read or to delete."""
    kind.delete(cloud, "bucket-nowhere", {})

    assert kind.read(cloud, "bucket-nowhere", {}) is None


def test_companion_that_a_new_bucket_has_by_itself_was_not_made(cloud: Cloud) -> None:
    """Only what is as stated counts as made before a run was cut off."""
    name = bucket(cloud, "companion-own")

    stated = {"bucket": name, "rule": {"objectOwnership": "ObjectWriter"}}

    assert BucketOwnershipControls().find(cloud, stated) is None
