"""Inline policies of roles."""

from __future__ import annotations

from typing import ClassVar

from provider.base import AutoName
from provider.fields import Fields, Names, Policy
from provider.resource import Resource
from provider.services.iam import SERVICE


class RolePolicy(Resource):
    """An inline policy of a role; its ID is `role:name`."""

    token = "aws:iam/rolePolicy:RolePolicy"
    service = SERVICE
    noun = "role_policy"
    create_call = update_call = "put_{noun}"
    key: ClassVar[Names] = {"role": "RoleName", "name": "PolicyName"}
    id_format = "{role}:{name}"
    fields: ClassVar[Fields] = {"policy": Policy("PolicyDocument")}
    inputs = frozenset({*key, *fields})
    replace_on = frozenset(key)
    autoname = AutoName("name", 128)
