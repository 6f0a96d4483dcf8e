"""A group of a user pool's people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, override

from provider.base import AutoName, Properties
from provider.cloud import Cloud
from provider.cognito.in_pool import InPool
from provider.shapes import arguments, told

PROPERTIES = {
    "name": "GroupName",
    "userPoolId": "UserPoolId",
    "description": "Description",
    "precedence": "Precedence",
    "roleArn": "RoleArn",
}


class UserGroup(InPool):
    """A group; its name stands in its people's tokens. Its id is `pool/name`."""

    token = "aws:cognito/userGroup:UserGroup"
    inputs = frozenset(PROPERTIES)
    replace_on = frozenset({"name", "userPoolId"})
    autoname = AutoName("name", 128)
    separator = "/"
    key = "name"
    parameter = "GroupName"
    reader = "get_group"
    result = "Group"
    deleter = "delete_group"

    @override
    def create(self, cloud: Cloud, inputs: Properties) -> str:
        cloud.client("cognito-idp").create_group(**arguments(inputs, PROPERTIES))
        return self.id_of(inputs)

    @override
    def read(self, cloud: Cloud, resource_id: str, known: Mapping[str, Any]) -> Properties | None:
        group = self.describe(cloud, resource_id)
        return group and told(group, PROPERTIES)

    @override
    def update(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> None:
        # The emulator has no UpdateGroup: made again, with the same people in it.
        people = self._people(cloud, resource_id)
        self.delete(cloud, resource_id, old)
        self.create(cloud, new)
        for person in people:
            cloud.client("cognito-idp").admin_add_user_to_group(**self.address(resource_id), Username=person)

    def _people(self, cloud: Cloud, resource_id: str) -> list[str]:
        paginator: Any = cloud.client("cognito-idp").get_paginator("list_users_in_group")
        pages = paginator.paginate(**self.address(resource_id))
        return [user["Username"] for page in pages for user in page["Users"]]
