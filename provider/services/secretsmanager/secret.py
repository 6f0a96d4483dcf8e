"""Secrets."""

from __future__ import annotations

from typing import Any, ClassVar, override

from provider.base import AutoName, Properties, Values
from provider.cloud import Cloud
from provider.fields import Fields, Names
from provider.resource import Resource
from provider.services.secretsmanager import SERVICE
from provider.shapes import for_loopback, policy_document

RECOVERY_DAYS = 30
"""Days in which a deleted secret can be restored, unless recoveryWindowInDays is given."""


class Secret(Resource):
    """A secret without its value; its ID is its ARN."""

    token = "aws:secretsmanager/secret:Secret"
    service = SERVICE
    noun = "secret"
    read_call = "describe_{noun}"
    key: ClassVar[Names] = {"id": "SecretId"}
    id_from = "ARN"
    fields: ClassVar[Fields] = {"description": "Description", "kmsKeyId": "KmsKeyId"}
    outputs: ClassVar[Fields] = {"name": "Name", "arn": "ARN"}
    inputs = frozenset({*fields, "name", "policy", "recoveryWindowInDays", "tags"})
    replace_on = frozenset({"name"})
    autoname = AutoName("name", 512)
    arn = "arn:aws:secretsmanager:{region}:{account}:secret:{name}-{suffix}"
    defaults: ClassVar[Properties] = {"description": "", "kmsKeyId": ""}
    read_defaults: ClassVar[Properties] = {"description": ""}

    @override
    def create_request(self, inputs: Properties) -> Properties:
        return {**super().create_request(inputs), "Name": inputs["name"]}

    @override
    def create(self, cloud: Cloud, inputs: Properties) -> str:
        arn = super().create(cloud, inputs)
        self._update_policy(cloud, arn, {}, inputs)
        return arn

    @override
    def describe(self, cloud: Cloud, resource_id: str, known: Values) -> Any:
        """Return the secret with this ARN or name; None when it is deleted, even if it can be restored."""
        secret = super().describe(cloud, resource_id, known)
        return None if secret is None or "DeletedDate" in secret else secret

    @override
    def computed(self, cloud: Cloud, resource_id: str, found: Values, known: Values) -> Properties:
        policy = self.call(cloud, "get_resource_policy", SecretId=resource_id).get("ResourcePolicy", "")
        return {"policy": policy_document(policy, known.get("policy")) if policy else ""}

    @override
    def update(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> None:
        super().update(cloud, resource_id, old, new)
        self._update_policy(cloud, resource_id, old, new)

    @override
    def delete(self, cloud: Cloud, resource_id: str, known: Values) -> None:
        days = known.get("recoveryWindowInDays", RECOVERY_DAYS)
        # Zero days in Pulumi is no recovery in AWS.
        window = {"RecoveryWindowInDays": days} if days else {"ForceDeleteWithoutRecovery": True}
        if self.describe(cloud, resource_id, known):
            self.call(cloud, "delete_secret", SecretId=resource_id, **window)

    @override
    def find(self, cloud: Cloud, inputs: Properties) -> str | None:
        secret = self.describe(cloud, inputs["name"], inputs)
        return secret["ARN"] if secret else None

    def _update_policy(self, cloud: Cloud, arn: str, old: Properties, new: Properties) -> None:
        before, after = old.get("policy"), new.get("policy")
        if after and after != before:
            self.call(cloud, "put_resource_policy", SecretId=arn, ResourcePolicy=for_loopback(after))
        elif before and not after:
            self.call(cloud, "delete_resource_policy", SecretId=arn)
