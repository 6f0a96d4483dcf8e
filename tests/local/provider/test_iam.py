"""IAM's resource types against the embedded cloud."""

import json
import re
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError

from provider.base import ProviderError
from provider.cloud import Cloud
from provider.services.iam.role import Role
from provider.services.iam.role_policy import RolePolicy
from provider.services.iam.role_policy_attachment import RolePolicyAttachment
from tests.local.provider.lifecycle import exercise

BASIC = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"


def trust(service: str) -> str:
    """Return a trust policy, formatted over several lines as in a program."""
    principal = {"Service": f"{service}.amazonaws.com"}
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]}, indent=2)


def allow(action: str) -> str:
    """Return a policy that allows one action."""
    statement = {
        "Effect": "Allow",
        "Action": action,
        "Resource": "arn:aws:dynamodb:us-east-1:000000000000:table/t",
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]}, indent=2)


@pytest.fixture
def role(cloud: Cloud) -> Iterator[str]:
    """Yield the name of a role that is deleted after the test."""
    name = Role().create(cloud, {"name": f"role-{uuid4().hex}", "assumeRolePolicy": trust("lambda")})
    yield name
    Role().delete(cloud, name, {})


def test_role_create_read_update_delete_with_every_input(cloud: Cloud) -> None:
    """A role reads as it was written, before and after an update of every input that can change."""
    inputs = {
        "name": "role-life",
        "assumeRolePolicy": trust("lambda"),
        "description": "for the users",
        "path": "/strata/",
        "permissionsBoundary": READ_ONLY,
        "maxSessionDuration": 7200,
        "tags": {"stack": "local", "component": "users"},
    }
    changed = {
        "name": "role-life",
        "assumeRolePolicy": trust("states"),
        "description": "for the workflows",
        "path": "/strata/",
        "permissionsBoundary": BASIC,
        "maxSessionDuration": 3600,
        "tags": {"stack": "local", "owner": "team"},
    }

    read = exercise(cloud, Role(), inputs, changed)

    outputs = {key: value for key, value in read.items() if key not in inputs}
    assert re.fullmatch(r"AROA[A-Z0-9]+", outputs.pop("uniqueId"))
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", outputs.pop("createDate"))
    assert outputs == {"arn": "arn:aws:iam::000000000000:role/strata/role-life"}


def test_role_with_inputs_removed_reads_as_new(cloud: Cloud, role: str) -> None:
    """An update without description, boundary, duration and tags restores AWS's defaults."""
    bare = {"name": role, "assumeRolePolicy": trust("lambda")}
    before = Role().read(cloud, role, bare)
    full = {
        **bare,
        "description": "d",
        "permissionsBoundary": BASIC,
        "maxSessionDuration": 7200,
        "tags": {"a": "b"},
    }

    Role().update(cloud, role, bare, full)
    Role().update(cloud, role, full, bare)

    assert Role().read(cloud, role, bare) == before


def test_role_is_deleted_with_policies_unknown_to_pulumi(cloud: Cloud) -> None:
    """Policies that Pulumi does not manage do not prevent the deletion of a role."""
    iam = cloud.client("iam")
    name = Role().create(cloud, {"name": "role-policies", "assumeRolePolicy": trust("lambda")})
    iam.put_role_policy(RoleName=name, PolicyName="theirs", PolicyDocument=allow("dynamodb:GetItem"))
    iam.attach_role_policy(RoleName=name, PolicyArn=BASIC)

    Role().delete(cloud, name, {})

    assert Role().read(cloud, name, {}) is None


def test_trust_policy_changed_outside_pulumi_reads_as_changed(cloud: Cloud, role: str) -> None:
    """A trust policy with another meaning than the known one reads as it is."""
    elsewhere = json.loads(trust("states"))
    cloud.client("iam").update_assume_role_policy(RoleName=role, PolicyDocument=json.dumps(elsewhere))

    read: Any = Role().read(cloud, role, {"assumeRolePolicy": trust("lambda")})

    assert json.loads(read["assumeRolePolicy"]) == elsewhere


def test_role_policy_create_read_update_delete(cloud: Cloud, role: str) -> None:
    """An inline policy is found by role and name, and reads as the text that was written."""
    inputs = {"name": "grants", "role": role, "policy": allow("dynamodb:GetItem")}

    read = exercise(cloud, RolePolicy(), inputs, {**inputs, "policy": allow("dynamodb:Query")})

    assert read == inputs


def test_role_policy_of_a_missing_role_is_rejected(cloud: Cloud) -> None:
    """AWS's error reports that the role must exist first."""
    with pytest.raises(ClientError, match=r"NoSuchEntity.*role-missing"):
        RolePolicy().create(cloud, {"name": "p", "role": "role-missing", "policy": allow("dynamodb:GetItem")})


@pytest.mark.parametrize(
    ("kind", "resource_id"),
    [
        (Role(), "role-missing"),
        (RolePolicy(), "role-missing:p"),
        (RolePolicyAttachment(), f"role-missing/{BASIC}"),
    ],
    ids=["role", "policy", "attachment"],
)
def test_missing_resource_reads_as_none_and_delete_succeeds(
    cloud: Cloud, kind: Any, resource_id: str
) -> None:
    """Reading or deleting a resource that does not exist is not an error."""
    kind.delete(cloud, resource_id, {})

    assert kind.read(cloud, resource_id, {}) is None


def test_role_policy_attachment_create_read_update_delete(cloud: Cloud, role: str) -> None:
    """A managed policy is attached and detached, and another one stays attached."""
    other = {"role": role, "policyArn": READ_ONLY}
    resource_id = RolePolicyAttachment().create(cloud, other)
    inputs = {"role": role, "policyArn": BASIC}

    read = exercise(cloud, RolePolicyAttachment(), inputs, inputs)

    assert read == inputs
    assert RolePolicyAttachment().read(cloud, resource_id, other) == other


def test_role_policy_attachment_is_never_updated(cloud: Cloud, role: str) -> None:
    """An update of an attachment is an error: it has no input that can change in place."""
    inputs = {"role": role, "policyArn": BASIC}

    with pytest.raises(ProviderError, match="replaced, never changed"):
        RolePolicyAttachment().update(cloud, f"{role}/{BASIC}", inputs, {**inputs, "policyArn": READ_ONLY})
