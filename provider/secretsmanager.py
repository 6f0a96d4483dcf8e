"""Secrets Manager: secrets, whose values are not the program's: operators set them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, override

from provider.base import AutoName, Properties, ResourceType
from provider.cloud import Cloud
from provider.shapes import (
    arguments,
    for_loopback,
    policy_document,
    tag_changes,
    tag_list,
    tag_map,
    told,
    unless_gone,
)

GONE = "ResourceNotFoundException"
RECOVERY_DAYS = 30
"""How long a deleted secret can be brought back where no recoveryWindowInDays is given."""

SECRET_ARGUMENTS = {"name": "Name", "description": "Description", "kmsKeyId": "KmsKeyId"}


class Secret(ResourceType):
    """A secret, without its value. Its id is its ARN."""

    token = "aws:secretsmanager/secret:Secret"
    inputs = frozenset({*SECRET_ARGUMENTS, "policy", "recoveryWindowInDays", "tags"})
    replace_on = frozenset({"name"})
    autoname = AutoName("name", 512)

    @override
    def create(self, cloud: Cloud, inputs: Properties) -> str:
        request = arguments(inputs, SECRET_ARGUMENTS)
        tags = tag_list(inputs.get("tags"))
        answer: Any = cloud.client("secretsmanager").create_secret(**request, Tags=tags)
        self._update_policy(cloud, answer["ARN"], {}, inputs)
        return answer["ARN"]

    @override
    def read(self, cloud: Cloud, resource_id: str, known: Mapping[str, Any]) -> Properties | None:
        secret = _describe(cloud, resource_id)
        if secret is None:
            return None
        answer: Any = cloud.client("secretsmanager").get_resource_policy(SecretId=resource_id)
        policy: str = answer.get("ResourcePolicy", "")
        return {
            "description": "",
            **told(secret, SECRET_ARGUMENTS),
            "policy": policy_document(policy, known.get("policy")) if policy else "",
            "arn": resource_id,
            "tags": tag_map(secret["Tags"]),
        }

    @override
    def update(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> None:
        client = cloud.client("secretsmanager")
        settings = {"Description": new.get("description", ""), "KmsKeyId": new.get("kmsKeyId", "")}
        client.update_secret(SecretId=resource_id, **settings)
        self._update_policy(cloud, resource_id, old, new)
        changed, removed = tag_changes(old, new)
        if changed:
            client.tag_resource(SecretId=resource_id, Tags=tag_list(changed))
        if removed:
            client.untag_resource(SecretId=resource_id, TagKeys=removed)

    @override
    def delete(self, cloud: Cloud, resource_id: str, known: Mapping[str, Any]) -> None:
        days = known.get("recoveryWindowInDays", RECOVERY_DAYS)
        # Zero days, as Pulumi has it, is at once: to AWS, no recovery at all.
        how = {"RecoveryWindowInDays": days} if days else {"ForceDeleteWithoutRecovery": True}
        if _describe(cloud, resource_id):
            cloud.client("secretsmanager").delete_secret(SecretId=resource_id, **how)

    @override
    def find(self, cloud: Cloud, inputs: Properties) -> str | None:
        secret = _describe(cloud, inputs["name"])
        return secret["ARN"] if secret else None

    def _update_policy(self, cloud: Cloud, arn: str, old: Properties, new: Properties) -> None:
        client = cloud.client("secretsmanager")
        before, after = old.get("policy"), new.get("policy")
        if after and after != before:
            client.put_resource_policy(SecretId=arn, ResourcePolicy=for_loopback(after))
        elif before and not after:
            client.delete_resource_policy(SecretId=arn)


def _describe(cloud: Cloud, secret_id: str) -> Any:
    """What AWS says about the secret of this name or ARN; None where it is gone, if not for ever."""
    secret: Any = unless_gone(cloud.client("secretsmanager").describe_secret, GONE, SecretId=secret_id)
    return None if secret is None or "DeletedDate" in secret else secret


TYPES: tuple[ResourceType, ...] = (Secret(),)
