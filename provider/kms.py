"""KMS: keys for symmetric encryption, who may use them, and the names that they go by."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, override

from provider.base import AutoName, Properties, ResourceType
from provider.cloud import Cloud
from provider.shapes import arguments, document, tag_changes, told, unless_gone

GONE = "NotFoundException"
DELETED = "PendingDeletion"
"""The state of a key that is gone to Pulumi, days before AWS forgets it."""
DEFAULT_POLICY = "key-default-1"
"""The id of the policy that AWS gives a key without one."""

KEY_ARGUMENTS = {"description": "Description", "policy": "Policy"}
KEY_TOLD = {
    "description": "Description",
    "isEnabled": "Enabled",
    "keyUsage": "KeyUsage",
    "customerMasterKeySpec": "KeySpec",
    "multiRegion": "MultiRegion",
    "keyId": "KeyId",
    "arn": "Arn",
}


class Key(ResourceType):
    """A key. Its id is its key id."""

    token = "aws:kms/key:Key"
    inputs = frozenset(
        {
            *KEY_ARGUMENTS,
            "isEnabled",
            "enableKeyRotation",
            "rotationPeriodInDays",
            "deletionWindowInDays",
            "tags",
        }
    )

    @override
    def create(self, cloud: Cloud, inputs: Properties) -> str:
        tags = _tag_list(inputs.get("tags") or {})
        answer: Any = cloud.client("kms").create_key(**arguments(inputs, KEY_ARGUMENTS), Tags=tags)
        key_id: str = answer["KeyMetadata"]["KeyId"]
        _switch(cloud, key_id, {}, inputs)
        return key_id

    @override
    def read(self, cloud: Cloud, resource_id: str, known: Mapping[str, Any]) -> Properties | None:
        kms = cloud.client("kms")
        answer: Any = unless_gone(kms.describe_key, GONE, KeyId=resource_id)
        if answer is None or answer["KeyMetadata"]["KeyState"] == DELETED:
            return None
        tags: Any = kms.list_resource_tags(KeyId=resource_id)["Tags"]
        return {
            **told(answer["KeyMetadata"], KEY_TOLD),
            **_rotation(kms, resource_id),
            **_own_policy(kms, resource_id, known),
            "tags": {tag["TagKey"]: tag["TagValue"] for tag in tags},
        }

    @override
    def update(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> None:
        kms = cloud.client("kms")
        kms.update_key_description(KeyId=resource_id, Description=new.get("description", ""))
        # AWS takes no empty policy: one that is taken back stays.
        if new.get("policy") not in (None, old.get("policy")):
            kms.put_key_policy(KeyId=resource_id, Policy=new["policy"])
        _switch(cloud, resource_id, old, new)
        changed, removed = tag_changes(old, new)
        if changed:
            kms.tag_resource(KeyId=resource_id, Tags=_tag_list(changed))
        if removed:
            kms.untag_resource(KeyId=resource_id, TagKeys=removed)

    @override
    def delete(self, cloud: Cloud, resource_id: str, known: Mapping[str, Any]) -> None:
        schedule = cloud.client("kms").schedule_key_deletion
        window = arguments(known, {"deletionWindowInDays": "PendingWindowInDays"})
        unless_gone(schedule, GONE, "KMSInvalidStateException", KeyId=resource_id, **window)

    @override
    def find(self, cloud: Cloud, inputs: Properties) -> str | None:
        """The youngest key that reads as these inputs: keys have no names."""
        pages = cloud.client("kms").get_paginator("list_keys").paginate()
        keys: list[Any] = pages.build_full_result()["Keys"]
        return next((key["KeyId"] for key in reversed(keys) if self._is(cloud, key["KeyId"], inputs)), None)

    def _is(self, cloud: Cloud, key_id: str, inputs: Properties) -> bool:
        found = self.read(cloud, key_id, inputs)
        return found is not None and all(found[key] == inputs[key] for key in inputs.keys() & found.keys())


class KeyPolicy(ResourceType):
    """Who may do what with a key. Its id is the key's."""

    token = "aws:kms/keyPolicy:KeyPolicy"
    inputs = frozenset({"keyId", "policy"})
    replace_on = frozenset({"keyId"})

    @override
    def create(self, cloud: Cloud, inputs: Properties) -> str:
        cloud.client("kms").put_key_policy(KeyId=inputs["keyId"], Policy=inputs["policy"])
        return inputs["keyId"]

    @override
    def read(self, cloud: Cloud, resource_id: str, known: Mapping[str, Any]) -> Properties | None:
        answer: Any = unless_gone(cloud.client("kms").get_key_policy, GONE, KeyId=resource_id)
        if answer is None or json.loads(answer["Policy"]).get("Id") == DEFAULT_POLICY:
            return None
        return {"keyId": resource_id, "policy": document(answer["Policy"], known.get("policy"))}

    @override
    def update(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> None:
        self.create(cloud, new)

    @override
    def delete(self, cloud: Cloud, resource_id: str, known: Mapping[str, Any]) -> None:
        # A key always has a policy: what is left is the one it was made with.
        put = cloud.client("kms").put_key_policy
        unless_gone(put, GONE, KeyId=resource_id, Policy=_default_policy(cloud))

    @override
    def find(self, cloud: Cloud, inputs: Properties) -> str | None:
        return inputs["keyId"] if self.read(cloud, inputs["keyId"], inputs) else None


class Alias(ResourceType):
    """A name for a key. Its id is the name, which begins with `alias/`."""

    token = "aws:kms/alias:Alias"
    inputs = frozenset({"name", "targetKeyId"})
    replace_on = frozenset({"name"})
    autoname = AutoName("name", 256, prefix="alias/")

    @override
    def create(self, cloud: Cloud, inputs: Properties) -> str:
        cloud.client("kms").create_alias(AliasName=inputs["name"], TargetKeyId=inputs["targetKeyId"])
        return inputs["name"]

    @override
    def read(self, cloud: Cloud, resource_id: str, known: Mapping[str, Any]) -> Properties | None:
        answer: Any = unless_gone(cloud.client("kms").describe_key, GONE, KeyId=resource_id)
        if answer is None:
            return None
        key_id, key_arn = answer["KeyMetadata"]["KeyId"], answer["KeyMetadata"]["Arn"]
        return {
            "name": resource_id,
            # The program may name the key by its ARN.
            "targetKeyId": key_arn if known.get("targetKeyId") == key_arn else key_id,
            "targetKeyArn": key_arn,
            "arn": cloud.arn("kms", resource_id),
        }

    @override
    def update(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> None:
        cloud.client("kms").update_alias(AliasName=resource_id, TargetKeyId=new["targetKeyId"])

    @override
    def delete(self, cloud: Cloud, resource_id: str, known: Mapping[str, Any]) -> None:
        unless_gone(cloud.client("kms").delete_alias, GONE, AliasName=resource_id)

    @override
    def find(self, cloud: Cloud, inputs: Properties) -> str | None:
        return inputs["name"] if self.read(cloud, inputs["name"], inputs) else None


def _own_policy(kms: Any, key_id: str, known: Mapping[str, Any]) -> Properties:
    """The key's policy where its inputs state one, for else a resource of its own does."""
    if not known.get("policy"):
        return {}
    return {"policy": document(kms.get_key_policy(KeyId=key_id)["Policy"], known["policy"])}


def _default_policy(cloud: Cloud) -> str:
    """What AWS gives a key: the account's IAM policies say who may use it."""
    statement = {
        "Sid": "Enable IAM User Permissions",
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{cloud.account}:root"},
        "Action": "kms:*",
        "Resource": "*",
    }
    return json.dumps({"Version": "2012-10-17", "Id": DEFAULT_POLICY, "Statement": [statement]})


def _rotation(kms: Any, key_id: str) -> Properties:
    """Whether AWS rotates the key, and how often where it does."""
    answer: Any = kms.get_key_rotation_status(KeyId=key_id)
    enabled: bool = answer["KeyRotationEnabled"]
    period = {"rotationPeriodInDays": answer["RotationPeriodInDays"]} if enabled else {}
    return {"enableKeyRotation": enabled, **period}


def _switch(cloud: Cloud, key_id: str, old: Properties, new: Properties) -> None:
    """What is turned on and off by calls of its own. AWS changes the rotation of an enabled key only."""
    kms = cloud.client("kms")
    before, after = old.get("isEnabled", True), new.get("isEnabled", True)
    if after and not before:
        kms.enable_key(KeyId=key_id)
    rotation = arguments(new, {"rotationPeriodInDays": "RotationPeriodInDays"})
    if new.get("enableKeyRotation"):
        kms.enable_key_rotation(KeyId=key_id, **rotation)
    elif old.get("enableKeyRotation"):
        kms.disable_key_rotation(KeyId=key_id)
    if before and not after:
        kms.disable_key(KeyId=key_id)


def _tag_list(tags: Mapping[str, str]) -> list[dict[str, str]]:
    """Tags as KMS alone writes them."""
    return [{"TagKey": key, "TagValue": value} for key, value in tags.items()]


TYPES: tuple[ResourceType, ...] = (Key(), KeyPolicy(), Alias())
