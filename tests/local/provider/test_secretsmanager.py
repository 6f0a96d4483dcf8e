"""Secrets Manager's resource type against the embedded cloud."""

import json
from typing import Any

import pytest

from provider.cloud import Cloud
from provider.services.secretsmanager.secret import Secret
from tests.local.provider.lifecycle import exercise

ARN = "arn:aws:secretsmanager:us-east-1:000000000000:secret:"


def policy(action: str) -> str:
    """A secret's policy, spread over lines, that refuses an action, and everything over plain HTTP."""
    everyone = {"Effect": "Deny", "Principal": "*", "Resource": "*"}
    plain = {"Bool": {"aws:SecureTransport": "false"}}
    statements = [{**everyone, "Action": action}, {**everyone, "Action": "*", "Condition": plain}]
    return json.dumps({"Version": "2012-10-17", "Statement": statements}, indent=2)


def test_secret_with_every_input_lives_its_life(cloud: Cloud) -> None:
    """A secret reads as it was written, before and after every changeable input has changed."""
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

    told = {key: value for key, value in inputs.items() if key != "recoveryWindowInDays"}
    assert read == {**told, "arn": read["arn"]}
    assert read["arn"].startswith(f"{ARN}life/key-")


def test_secret_with_inputs_taken_back_reads_as_new(cloud: Cloud) -> None:
    """An update without the optional inputs brings back what AWS gives a new secret."""
    bare = {"name": "bare"}
    arn = Secret().create(cloud, bare)
    before = Secret().read(cloud, arn, bare)
    full = {**bare, "description": "x", "kmsKeyId": "alias/x", "policy": policy("a:b"), "tags": {"a": "b"}}

    Secret().update(cloud, arn, bare, full)
    Secret().update(cloud, arn, full, bare)

    assert Secret().read(cloud, arn, bare) == before


def test_value_that_an_operator_set_outlives_updates(cloud: Cloud) -> None:
    """The program changes what is said about a secret and never what is in it."""
    inputs = {"name": "valued", "description": "before"}
    arn = Secret().create(cloud, inputs)
    cloud.client("secretsmanager").put_secret_value(SecretId=arn, SecretString="whsec")

    Secret().update(cloud, arn, inputs, {**inputs, "description": "after", "tags": {"a": "b"}})

    assert cloud.client("secretsmanager").get_secret_value(SecretId=arn)["SecretString"] == "whsec"


@pytest.mark.parametrize(("inputs", "days"), [({}, 30), ({"recoveryWindowInDays": 7}, 7)])
def test_deleted_secret_can_be_brought_back_for_as_long_as_was_said(
    cloud: Cloud, inputs: dict[str, Any], days: int
) -> None:
    """A secret with a recovery window is gone to the program, and an operator can still restore it."""
    name = f"recoverable-{days}"
    arn = Secret().create(cloud, {"name": name, **inputs})
    client = cloud.client("secretsmanager")

    Secret().delete(cloud, arn, inputs)

    deleted: Any = client.describe_secret(SecretId=arn)
    assert round((deleted["DeletedDate"] - deleted["LastChangedDate"]).total_seconds() / 86400) == days
    assert Secret().read(cloud, arn, inputs) is None
    client.restore_secret(SecretId=arn)
    assert Secret().find(cloud, {"name": name}) == arn


def test_missing_secret_reads_as_none_and_may_be_deleted(cloud: Cloud) -> None:
    """What is not there is no error to read or to delete."""
    Secret().delete(cloud, f"{ARN}nothing-abcdef", {})

    assert Secret().read(cloud, f"{ARN}nothing-abcdef", {}) is None
