"""Roles."""

from __future__ import annotations

from typing import Any, ClassVar, override

from provider.base import AutoName, Properties, Values
from provider.cloud import Cloud
from provider.fields import Document, Fields, Names, from_aws, pascal_names
from provider.resource import Resource
from provider.services.iam import SERVICE


class Role(Resource):
    """A role; its ID is its name."""

    token = "aws:iam/role:Role"
    service = SERVICE
    noun = "role"
    member = "Role"
    key: ClassVar[Names] = {"name": "RoleName"}
    id_format = "{name}"
    fields: ClassVar[Fields] = {
        **pascal_names("description", "maxSessionDuration", "path"),
        "assumeRolePolicy": Document("AssumeRolePolicyDocument"),
    }
    outputs: ClassVar[Fields] = {"arn": "Arn", "uniqueId": "RoleId"}
    inputs = frozenset({*key, *fields, "permissionsBoundary", "tags"})
    replace_on = frozenset({"name", "path"})
    autoname = AutoName("name", 64)
    # The ARN of a role with the path /, the default.
    arn = "arn:aws:iam::{account}:role/{name}"
    defaults: ClassVar[Properties] = {"description": "", "maxSessionDuration": 3600}

    @override
    def create_request(self, inputs: Properties) -> Properties:
        boundary = inputs.get("permissionsBoundary")
        return {**super().create_request(inputs), **({"PermissionsBoundary": boundary} if boundary else {})}

    @override
    def computed(self, cloud: Cloud, resource_id: str, found: Values, known: Values) -> Properties:
        boundary: Any = found.get("PermissionsBoundary") or {}
        return {
            **from_aws(boundary, {"permissionsBoundary": "PermissionsBoundaryArn"}),
            "createDate": found["CreateDate"].strftime("%Y-%m-%dT%H:%M:%SZ"),
        }

    @override
    def update(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> None:
        given = {**self.defaults, **new}
        # UpdateRole takes a description too, but the embedded cloud ignores an empty one.
        self.call(cloud, "update_role_description", RoleName=resource_id, Description=given["description"])
        seconds: int = given["maxSessionDuration"]
        self.call(cloud, "update_role", RoleName=resource_id, MaxSessionDuration=seconds)
        document: str = new["assumeRolePolicy"]
        self.call(cloud, "update_assume_role_policy", RoleName=resource_id, PolicyDocument=document)
        self._update_boundary(cloud, resource_id, old, new)
        self.update_tags(cloud, resource_id, old, new)

    @override
    def delete(self, cloud: Cloud, resource_id: str, known: Values) -> None:
        # AWS does not delete a role that has policies; Pulumi has already deleted those that it manages.
        inline = self.call_unless_gone(cloud, "list_role_policies", RoleName=resource_id)
        names: list[str] = inline["PolicyNames"] if inline else []
        for name in names:
            self.call_unless_gone(cloud, "delete_role_policy", RoleName=resource_id, PolicyName=name)
        for arn in attached_policies(self, cloud, resource_id):
            self.call_unless_gone(cloud, "detach_role_policy", RoleName=resource_id, PolicyArn=arn)
        super().delete(cloud, resource_id, known)

    def _update_boundary(self, cloud: Cloud, role: str, old: Properties, new: Properties) -> None:
        boundary = new.get("permissionsBoundary")
        if boundary == old.get("permissionsBoundary"):
            return
        if boundary:
            self.call(cloud, "put_role_permissions_boundary", RoleName=role, PermissionsBoundary=boundary)
        else:
            self.call(cloud, "delete_role_permissions_boundary", RoleName=role)


def attached_policies(kind: Resource, cloud: Cloud, role: str) -> list[str]:
    """Return the ARNs of a role's managed policies, at most 20 and so one page; none without the role."""
    response = kind.call_unless_gone(cloud, "list_attached_role_policies", RoleName=role)
    return [policy["PolicyArn"] for policy in response["AttachedPolicies"]] if response else []
