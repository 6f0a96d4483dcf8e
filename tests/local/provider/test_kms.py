"""KMS's resource types against the embedded cloud."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from provider.cloud import Cloud
from provider.services.kms.alias import Alias
from provider.services.kms.key import Key
from provider.services.kms.key_policy import KeyPolicy
from tests.local.provider.lifecycle import exercise

ARN = "arn:aws:kms:us-east-1:000000000000:"


def policy(action: str) -> str:
    """A key policy, spread over lines as a program may write it."""
    root = {"AWS": "arn:aws:iam::000000000000:root"}
    statement = {"Effect": "Allow", "Principal": root, "Action": action, "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]}, indent=2)


def test_key_with_every_input_lives_its_life(cloud: Cloud) -> None:
    """A key reads as it was written, before and after every changeable input has changed."""
    inputs = {
        "description": "Topics",
        "policy": policy("kms:*"),
        "isEnabled": True,
        "enableKeyRotation": True,
        "rotationPeriodInDays": 90,
        "deletionWindowInDays": 7,
        "tags": {"stack": "local", "component": "mail"},
    }
    changed = {
        "description": "Topics and queues",
        "policy": policy("kms:Describe*"),
        "isEnabled": False,
        "enableKeyRotation": False,
        "deletionWindowInDays": 8,
        "tags": {"stack": "local", "owner": "team"},
    }

    read = exercise(cloud, Key(), inputs, changed)

    assert read == {
        **{key: value for key, value in inputs.items() if key != "deletionWindowInDays"},
        "keyUsage": "ENCRYPT_DECRYPT",
        "customerMasterKeySpec": "SYMMETRIC_DEFAULT",
        "multiRegion": False,
        "keyId": read["keyId"],
        "arn": f"{ARN}key/{read['keyId']}",
    }


def test_key_with_inputs_taken_back_reads_as_new(cloud: Cloud) -> None:
    """An update without the optional inputs brings back what AWS gives a new key, but for its policy."""
    key_id = Key().create(cloud, {})
    before = Key().read(cloud, key_id, {}) or {}
    full = {"description": "x", "isEnabled": False, "enableKeyRotation": True, "tags": {"a": "b"}}

    Key().update(cloud, key_id, {}, full)
    Key().update(cloud, key_id, full, {})

    assert Key().read(cloud, key_id, {}) == before


def test_deleted_key_can_be_brought_back_for_as_long_as_was_said(cloud: Cloud) -> None:
    """A key goes after its window, not at once: what it encrypted would be lost."""
    key_id = Key().create(cloud, {"deletionWindowInDays": 9})
    kms = cloud.client("kms")

    Key().delete(cloud, key_id, {"deletionWindowInDays": 9})

    metadata: Any = kms.describe_key(KeyId=key_id)["KeyMetadata"]
    assert (metadata["DeletionDate"] - metadata["CreationDate"]).days == 9


def test_key_is_found_by_what_it_says_of_itself(cloud: Cloud) -> None:
    """Keys have no names: of those that read the same the youngest is meant, and no other."""
    inputs = {"description": "Twins", "tags": {"component": "twins"}}
    Key().create(cloud, inputs)
    younger = Key().create(cloud, inputs)

    assert Key().find(cloud, inputs) == younger
    assert Key().find(cloud, {**inputs, "description": "Triplets"}) is None


def test_key_policy_lives_its_life_and_is_no_drift_of_its_key(cloud: Cloud) -> None:
    """A key's policy comes, changes and goes without its key, which tells nothing of it."""
    key_id = Key().create(cloud, {"description": "Policed"})
    before = Key().read(cloud, key_id, {})
    inputs = {"keyId": key_id, "policy": policy("kms:*")}

    read = exercise(cloud, KeyPolicy(), inputs, {**inputs, "policy": policy("kms:Describe*")})

    assert read == inputs
    KeyPolicy().create(cloud, inputs)
    assert Key().read(cloud, key_id, {}) == before


@pytest.mark.parametrize("name", ["keyId", "arn"])
def test_alias_lives_its_life(cloud: Cloud, name: str) -> None:
    """An alias moves from key to key, told as the program names them."""
    first, second = (Key().read(cloud, Key().create(cloud, {}), {}) or {} for _ in range(2))
    inputs = {"name": "alias/life", "targetKeyId": first[name]}

    read = exercise(cloud, Alias(), inputs, {**inputs, "targetKeyId": second[name]})

    assert read == {**inputs, "targetKeyArn": first["arn"], "arn": ARN + "alias/life"}


def test_alias_of_a_missing_key_is_refused(cloud: Cloud) -> None:
    """An alias needs its key, and AWS's error says so."""
    with pytest.raises(ClientError, match="NotFoundException"):
        Alias().create(cloud, {"name": "alias/nothing", "targetKeyId": "nothing"})


@pytest.mark.parametrize(
    ("kind", "name"), [(Key(), "nothing"), (KeyPolicy(), "nothing"), (Alias(), "alias/nothing")]
)
def test_missing_resource_reads_as_none_and_may_be_deleted(cloud: Cloud, kind: Any, name: str) -> None:
    """What is not there is no error to read or to delete."""
    kind.delete(cloud, name, {})

    assert kind.read(cloud, name, {}) is None
