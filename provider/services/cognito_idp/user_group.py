"""Groups of user pools."""

from __future__ import annotations

from typing import ClassVar, override

from provider.base import AutoName, Properties
from provider.cloud import Cloud
from provider.fields import Fields, Names, pascal_names
from provider.resource import Resource
from provider.services.cognito_idp import SERVICE


class UserGroup(Resource):
    """A group, whose name is in its users' tokens; its ID is `pool/name`."""

    token = "aws:cognito/userGroup:UserGroup"
    service = SERVICE
    noun = "group"
    member = "Group"
    key: ClassVar[Names] = {"userPoolId": "UserPoolId", "name": "GroupName"}
    id_format = "{userPoolId}/{name}"
    fields: ClassVar[Fields] = pascal_names("description", "precedence", "roleArn")
    inputs = frozenset({*key, *fields})
    replace_on = frozenset(key)
    autoname = AutoName("name", 128)

    @override
    def update(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> None:
        # The emulator has no UpdateGroup: create the group again, with the same users.
        group = self.identify(resource_id, new)
        users = self.list_all(cloud, "list_users_in_group", "Users", **group)
        self.delete(cloud, resource_id, old)
        self.create(cloud, new)
        for user in users:
            self.call(cloud, "admin_add_user_to_group", **group, Username=user["Username"])
