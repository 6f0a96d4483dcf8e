"""IAM: roles, and the policies that are written into them or attached to them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, override

from provider.base import AutoName, Properties, ProviderError, ResourceType
from provider.cloud import Cloud
from provider.shapes import (
    arguments,
    document,
    for_loopback,
    policy_document,
    tag_changes,
    tag_list,
    tag_map,
    told,
    unless_gone,
)

GONE = "NoSuchEntity"
SESSION_SECONDS = 3600
"""How long an assumed role's credentials last, in seconds, where no maxSessionDuration is given."""

ROLE_ARGUMENTS = {
    "name": "RoleName",
    "assumeRolePolicy": "AssumeRolePolicyDocument",
    "description": "Description",
    "path": "Path",
    "permissionsBoundary": "PermissionsBoundary",
    "maxSessionDuration": "MaxSessionDuration",
}
ROLE_TOLD = {
    "name": "RoleName",
    "description": "Description",
    "path": "Path",
    "maxSessionDuration": "MaxSessionDuration",
    "arn": "Arn",
    "uniqueId": "RoleId",
}


class Role(ResourceType):
    """Whom to trust. Its id is its name."""

    token = "aws:iam/role:Role"
    inputs = frozenset({*ROLE_ARGUMENTS, "tags"})
    replace_on = frozenset({"name", "path"})
    autoname = AutoName("name", 64)

    @override
    def create(self, cloud: Cloud, inputs: Properties) -> str:
        request = arguments(inputs, ROLE_ARGUMENTS)
        cloud.client("iam").create_role(**request, Tags=tag_list(inputs.get("tags")))
        return inputs["name"]

    @override
    def read(self, cloud: Cloud, resource_id: str, known: Mapping[str, Any]) -> Properties | None:
        answer: Any = unless_gone(cloud.client("iam").get_role, GONE, RoleName=resource_id)
        if answer is None:
            return None
        role: Any = answer["Role"]
        boundary: Any = role.get("PermissionsBoundary") or {}
        return {
            **told(role, ROLE_TOLD),
            **told(boundary, {"permissionsBoundary": "PermissionsBoundaryArn"}),
            "assumeRolePolicy": document(role["AssumeRolePolicyDocument"], known.get("assumeRolePolicy")),
            "createDate": role["CreateDate"].strftime("%Y-%m-%dT%H:%M:%SZ"),
            "tags": tag_map(role.get("Tags", [])),
        }

    @override
    def update(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> None:
        iam = cloud.client("iam")
        # UpdateRole would do for both, but the embedded cloud takes an empty description for none at all.
        iam.update_role_description(RoleName=resource_id, Description=new.get("description", ""))
        seconds = new.get("maxSessionDuration", SESSION_SECONDS)
        iam.update_role(RoleName=resource_id, MaxSessionDuration=seconds)
        iam.update_assume_role_policy(RoleName=resource_id, PolicyDocument=new["assumeRolePolicy"])
        self._update_boundary(iam, resource_id, old, new)
        changed, removed = tag_changes(old, new)
        if changed:
            iam.tag_role(RoleName=resource_id, Tags=tag_list(changed))
        if removed:
            iam.untag_role(RoleName=resource_id, TagKeys=removed)

    @override
    def delete(self, cloud: Cloud, resource_id: str, known: Mapping[str, Any]) -> None:
        iam = cloud.client("iam")
        # AWS keeps a role that still has policies; those that Pulumi knows of went before it.
        for name in _inline(iam, resource_id):
            unless_gone(iam.delete_role_policy, GONE, RoleName=resource_id, PolicyName=name)
        for arn in _attached(iam, resource_id):
            unless_gone(iam.detach_role_policy, GONE, RoleName=resource_id, PolicyArn=arn)
        unless_gone(iam.delete_role, GONE, RoleName=resource_id)

    @override
    def find(self, cloud: Cloud, inputs: Properties) -> str | None:
        found: Any = unless_gone(cloud.client("iam").get_role, GONE, RoleName=inputs["name"])
        return inputs["name"] if found else None

    def _update_boundary(self, iam: Any, role: str, old: Properties, new: Properties) -> None:
        boundary = new.get("permissionsBoundary")
        if boundary == old.get("permissionsBoundary"):
            return
        if boundary:
            iam.put_role_permissions_boundary(RoleName=role, PermissionsBoundary=boundary)
        else:
            iam.delete_role_permissions_boundary(RoleName=role)


class RolePolicy(ResourceType):
    """A policy written into a role. Its id is `role:name`."""

    token = "aws:iam/rolePolicy:RolePolicy"
    inputs = frozenset({"name", "role", "policy"})
    replace_on = frozenset({"name", "role"})
    autoname = AutoName("name", 128)

    @override
    def create(self, cloud: Cloud, inputs: Properties) -> str:
        role, name = inputs["role"], inputs["name"]
        policy = for_loopback(inputs["policy"])
        cloud.client("iam").put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=policy)
        return f"{role}:{name}"

    @override
    def read(self, cloud: Cloud, resource_id: str, known: Mapping[str, Any]) -> Properties | None:
        role, _, name = resource_id.partition(":")
        answer: Any = unless_gone(cloud.client("iam").get_role_policy, GONE, RoleName=role, PolicyName=name)
        if answer is None:
            return None
        return {
            "role": role,
            "name": name,
            "policy": policy_document(answer["PolicyDocument"], known.get("policy")),
        }

    @override
    def update(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> None:
        self.create(cloud, new)

    @override
    def delete(self, cloud: Cloud, resource_id: str, known: Mapping[str, Any]) -> None:
        role, _, name = resource_id.partition(":")
        unless_gone(cloud.client("iam").delete_role_policy, GONE, RoleName=role, PolicyName=name)

    @override
    def find(self, cloud: Cloud, inputs: Properties) -> str | None:
        resource_id = f"{inputs['role']}:{inputs['name']}"
        return resource_id if self.read(cloud, resource_id, inputs) else None


class RolePolicyAttachment(ResourceType):
    """A managed policy that a role has. Its id is `role/policyArn`."""

    token = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
    inputs = frozenset({"role", "policyArn"})
    replace_on = inputs

    @override
    def create(self, cloud: Cloud, inputs: Properties) -> str:
        role, arn = inputs["role"], inputs["policyArn"]
        cloud.client("iam").attach_role_policy(RoleName=role, PolicyArn=arn)
        return f"{role}/{arn}"

    @override
    def read(self, cloud: Cloud, resource_id: str, known: Mapping[str, Any]) -> Properties | None:
        role, _, arn = resource_id.partition("/")
        if arn not in _attached(cloud.client("iam"), role):
            return None
        return {"role": role, "policyArn": arn}

    @override
    def update(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> None:
        raise ProviderError(f"{resource_id}: an attachment is replaced, never changed")

    @override
    def delete(self, cloud: Cloud, resource_id: str, known: Mapping[str, Any]) -> None:
        role, _, arn = resource_id.partition("/")
        unless_gone(cloud.client("iam").detach_role_policy, GONE, RoleName=role, PolicyArn=arn)

    @override
    def find(self, cloud: Cloud, inputs: Properties) -> str | None:
        resource_id = f"{inputs['role']}/{inputs['policyArn']}"
        return resource_id if self.read(cloud, resource_id, inputs) else None


def _inline(iam: Any, role: str) -> list[str]:
    """The names of the policies in a role (10,240 characters in all, so one page); none where it is gone."""
    answer: Any = unless_gone(iam.list_role_policies, GONE, RoleName=role)
    return answer["PolicyNames"] if answer else []


def _attached(iam: Any, role: str) -> list[str]:
    """The ARNs of a role's managed policies (at most 20, so one page); none where it is gone."""
    answer: Any = unless_gone(iam.list_attached_role_policies, GONE, RoleName=role)
    return [policy["PolicyArn"] for policy in answer["AttachedPolicies"]] if answer else []


TYPES: tuple[ResourceType, ...] = (Role(), RolePolicy(), RolePolicyAttachment())
