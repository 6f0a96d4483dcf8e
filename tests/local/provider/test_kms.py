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
    """Return a key policy, formatted over several lines as in a program."""
    root = {"AWS": "arn:aws:iam::000000000000:root"}
    statement = {"Effect": "Allow", "Principal": root, "Action": action, "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]}, indent=2)


def test_key_create_read_update_delete_with_every_input(cloud: Cloud) -> None:
    """A key reads as it was written, before and after an update of every input that can change."""
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


def test_key_with_inputs_removed_reads_as_new(cloud: Cloud) -> None:
    """An update without the optional inputs restores the values of a new key, except its policy."""
    key_id = Key().create(cloud, {})
    before = Key().read(cloud, key_id, {}) or {}
    full = {"description": "x", "isEnabled": False, "enableKeyRotation": True, "tags": {"a": "b"}}

    Key().update(cloud, key_id, {}, full)
    Key().update(cloud, key_id, full, {})

    assert Key().read(cloud, key_id, {}) == before


def test_deleted_key_can_be_restored_within_its_window(cloud: Cloud) -> None:
    """AWS deletes a key after its window, not at once, so that its data is not lost."""
    key_id = Key().create(cloud, {"deletionWindowInDays": 9})
    kms = cloud.client("kms")

    Key().delete(cloud, key_id, {"deletionWindowInDays": 9})

    metadata: Any = kms.describe_key(KeyId=key_id)["KeyMetadata"]
    assert (metadata["DeletionDate"] - metadata["CreationDate"]).days == 9


def test_key_is_found_by_its_properties(cloud: Cloud) -> None:
    """Keys have no names: the newest key that reads as the inputs is found."""
    inputs = {"description": "Twins", "tags": {"component": "twins"}}
    Key().create(cloud, inputs)
    younger = Key().create(cloud, inputs)

    assert Key().find(cloud, inputs) == younger
    assert Key().find(cloud, {**inputs, "description": "Triplets"}) is None


def test_key_policy_create_read_update_delete_without_drift_of_its_key(cloud: Cloud) -> None:
    """A key policy is created, updated and deleted, and is not a property of its key."""
    key_id = Key().create(cloud, {"description": "Policed"})
    before = Key().read(cloud, key_id, {})
    inputs = {"keyId": key_id, "policy": policy("kms:*")}

    read = exercise(cloud, KeyPolicy(), inputs, {**inputs, "policy": policy("kms:Describe*")})

    assert read == inputs
    KeyPolicy().create(cloud, inputs)
    assert Key().read(cloud, key_id, {}) == before


@pytest.mark.parametrize("name", ["keyId", "arn"])
def test_alias_create_read_update_delete(cloud: Cloud, name: str) -> None:
    """An alias moves from key to key, and reads with the key's name in the program."""
    first, second = (Key().read(cloud, Key().create(cloud, {}), {}) or {} for _ in range(2))
    inputs = {"name": "alias/life", "targetKeyId": first[name]}

    read = exercise(cloud, Alias(), inputs, {**inputs, "targetKeyId": second[name]})

    assert read == {**inputs, "targetKeyArn": first["arn"], "arn": ARN + "alias/life"}


def test_alias_of_a_missing_key_is_rejected(cloud: Cloud) -> None:
    """AWS's error reports that the key must exist first."""
    with pytest.raises(ClientError, match="NotFoundException"):
        Alias().create(cloud, {"name": "alias/nothing", "targetKeyId": "nothing"})


@pytest.mark.parametrize(
    ("kind", "name"), [(Key(), "nothing"), (KeyPolicy(), "nothing"), (Alias(), "alias/nothing")]
)
def test_missing_resource_reads_as_none_and_delete_succeeds(cloud: Cloud, kind: Any, name: str) -> None:
    """Reading or deleting a resource that does not exist is not an error."""
    kind.delete(cloud, name, {})

    assert kind.read(cloud, name, {}) is None
