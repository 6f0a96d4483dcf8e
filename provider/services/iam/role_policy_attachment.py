"""Managed policies of roles."""

from __future__ import annotations

from typing import Any, ClassVar, override

from provider.base import Properties, ProviderError, Values
from provider.cloud import Cloud
from provider.fields import Names
from provider.resource import Resource
from provider.services.iam import SERVICE
from provider.services.iam.role import attached_policies


class RolePolicyAttachment(Resource):
    """The attachment of a managed policy to a role; its ID is `role/policyArn`."""

    token = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
    service = SERVICE
    noun = "role_policy"
    create_call = "attach_{noun}"
    delete_call = "detach_{noun}"
    key: ClassVar[Names] = {"role": "RoleName", "policyArn": "PolicyArn"}
    id_format = "{role}/{policyArn}"
    inputs = frozenset(key)
    replace_on = inputs

    @override
    def describe(self, cloud: Cloud, resource_id: str, known: Values) -> Any:
        attachment = self.identify(resource_id, known)
        attached = attached_policies(self, cloud, attachment["RoleName"])
        return attachment if attachment["PolicyArn"] in attached else None

    @override
    def update(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> None:
        raise ProviderError(f"{resource_id}: an attachment is replaced, never changed")
