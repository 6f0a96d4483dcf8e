"""Secrets Manager's resource types against the embedded cloud."""

import json
from typing import Any

import pytest

from provider.cloud import Cloud
from provider.services.secretsmanager.secret import Secret
from provider.services.secretsmanager.secret_version import SecretVersion
from tests.local.provider.lifecycle import exercise

ARN = "arn:aws:secretsmanager:us-east-1:000000000000:secret:"


def policy(action: str) -> str:
    """Return a secret's policy, over several lines, that denies an action, and plain HTTP."""
    everyone = {"Effect": "Deny", "Principal": "*", "Resource": "*"}
    plain = {"Bool": {"aws:SecureTransport": "false"}}
    statements = [{**everyone, "Action": action}, {**everyone, "Action": "*", "Condition": plain}]
    return json.dumps({"Version": "2012-10-17", "Statement": statements}, indent=2)


def test_secret_create_read_update_delete_with_every_input(cloud: Cloud) -> None:
    """A secret reads as it was written, before and after an update of every input that can change."""
    inputs = {
        "name": "life/key",
        "description": "A key",
        "kmsKeyId": "alias/secrets",
        "policy": policy("secretsmanager:ReplicateSecretToRegions"),
        "recoveryWindowInDays": 0,
        "tags": {"stack": "local", "component": "partners"},
    }
    changed = {
        "name": "life/key",
        "description": "",
        "kmsKeyId": "alias/others",
        "policy": policy("secretsmanager:RotateSecret"),
        "recoveryWindowInDays": 0,
        "tags": {"stack": "local", "owner": "team"},
    }

    read = exercise(cloud, Secret(), inputs, changed)

    readable = {key: value for key, value in inputs.items() if key != "recoveryWindowInDays"}
    assert read == {**readable, "arn": read["arn"]}
    assert read["arn"].startswith(f"{ARN}life/key-")


def test_secret_with_inputs_removed_reads_as_new(cloud: Cloud) -> None:
    """An update without the optional inputs restores the values that AWS gives a new secret."""
    bare = {"name": "bare"}
    arn = Secret().create(cloud, bare)
    before = Secret().read(cloud, arn, bare)
    full = {**bare, "description": "x", "kmsKeyId": "alias/x", "policy": policy("a:b"), "tags": {"a": "b"}}

    Secret().update(cloud, arn, bare, full)
    Secret().update(cloud, arn, full, bare)

    assert Secret().read(cloud, arn, bare) == before


def test_update_keeps_the_value_that_an_operator_set(cloud: Cloud) -> None:
    """The program updates the properties of a secret and never its value."""
    inputs = {"name": "valued", "description": "before"}
    arn = Secret().create(cloud, inputs)
    cloud.client("secretsmanager").put_secret_value(SecretId=arn, SecretString="whsec")

    Secret().update(cloud, arn, inputs, {**inputs, "description": "after", "tags": {"a": "b"}})

    assert cloud.client("secretsmanager").get_secret_value(SecretId=arn)["SecretString"] == "whsec"


@pytest.mark.parametrize(("inputs", "days"), [({}, 30), ({"recoveryWindowInDays": 7}, 7)])
def test_deleted_secret_can_be_restored_within_its_window(
    cloud: Cloud, inputs: dict[str, Any], days: int
) -> None:
    """A secret with a recovery window reads as None, and an operator can still restore it."""
    name = f"recoverable-{days}"
    arn = Secret().create(cloud, {"name": name, **inputs})
    client = cloud.client("secretsmanager")

    Secret().delete(cloud, arn, inputs)

    deleted: Any = client.describe_secret(SecretId=arn)
    assert round((deleted["DeletedDate"] - deleted["LastChangedDate"]).total_seconds() / 86400) == days
    assert Secret().read(cloud, arn, inputs) is None
    client.restore_secret(SecretId=arn)
    assert Secret().find(cloud, {"name": name}) == arn


def test_missing_secret_reads_as_none_and_delete_succeeds(cloud: Cloud) -> None:
    """Reading or deleting a resource that does not exist is not an error."""
    Secret().delete(cloud, f"{ARN}nothing-abcdef", {})

    assert Secret().read(cloud, f"{ARN}nothing-abcdef", {}) is None


def test_version_is_the_current_value_until_another_replaces_it(cloud: Cloud) -> None:
    """The next version is created before the old one is deleted, which takes its last stage."""
    secret = Secret().create(cloud, {"name": "client"})
    inputs = {"secretId": secret, "secretString": "first"}
    version = SecretVersion().create(cloud, inputs)
    read = SecretVersion().read(cloud, version, inputs)
    assert read is not None
    assert {key: read[key] for key in ("arn", "secretId", "secretString", "versionStages")} == {
        "arn": secret,
        **inputs,
        "versionStages": ["AWSCURRENT"],
    }
    assert version == f"{secret}|{read['versionId']}"
    assert SecretVersion().find(cloud, inputs) == version

    changed = {"secretId": secret, "secretString": "second"}
    assert SecretVersion().find(cloud, changed) is None
    replacement = SecretVersion().create(cloud, changed)
    SecretVersion().delete(cloud, version, inputs)

    assert SecretVersion().read(cloud, version, inputs) is None
    assert SecretVersion().find(cloud, changed) == replacement
    assert cloud.client("secretsmanager").get_secret_value(SecretId=secret)["SecretString"] == "second"


def test_current_version_remains_until_its_secret_is_deleted(cloud: Cloud) -> None:
    """AWS does not take the stage AWSCURRENT from the only version."""
    inputs = {"name": "only", "recoveryWindowInDays": 0}
    secret = Secret().create(cloud, inputs)
    version = SecretVersion().create(cloud, {"secretId": secret, "secretString": "value"})

    SecretVersion().delete(cloud, version, {})

    assert cloud.client("secretsmanager").get_secret_value(SecretId=secret)["SecretString"] == "value"
    Secret().delete(cloud, secret, inputs)
    assert SecretVersion().read(cloud, version, {"secretId": secret}) is None
    SecretVersion().delete(cloud, version, {})
