"""The policies of keys."""

from __future__ import annotations

import json
from typing import Any, ClassVar, override

from provider.base import Values
from provider.cloud import Cloud
from provider.fields import Document, Fields, Names
from provider.resource import Resource
from provider.services.kms import SERVICE

DEFAULT_POLICY = "key-default-1"
"""The ID of the policy that AWS gives a key at creation."""


class KeyPolicy(Resource):
    """The policy of a key; its ID is the key's."""

    token = "aws:kms/keyPolicy:KeyPolicy"
    service = SERVICE
    noun = "key_policy"
    create_call = update_call = delete_call = "put_{noun}"
    key: ClassVar[Names] = {"keyId": "KeyId"}
    id_format = "{keyId}"
    fields: ClassVar[Fields] = {"policy": Document("Policy")}
    inputs = frozenset({*key, *fields})
    replace_on = frozenset(key)

    @override
    def describe(self, cloud: Cloud, resource_id: str, known: Values) -> Any:
        found = super().describe(cloud, resource_id, known)
        return None if found is None or json.loads(found["Policy"]).get("Id") == DEFAULT_POLICY else found

    @override
    def delete(self, cloud: Cloud, resource_id: str, known: Values) -> None:
        # A key always has a policy: restore the one that it had at creation.
        self.call_unless_gone(cloud, self.delete_call, KeyId=resource_id, Policy=_default_policy(cloud))


def _default_policy(cloud: Cloud) -> str:
    """Return the policy that AWS gives a key: the account's IAM policies decide who may use it."""
    statement = {
        "Sid": "Enable IAM User Permissions",
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{cloud.account}:root"},
        "Action": "kms:*",
        "Resource": "*",
    }
    return json.dumps({"Version": "2012-10-17", "Id": DEFAULT_POLICY, "Statement": [statement]})
