"""Keys."""

from __future__ import annotations

from typing import Any, ClassVar, override

from provider.base import Properties, Values
from provider.cloud import Cloud
from provider.fields import Fields, Names, to_aws
from provider.resource import Resource
from provider.services.kms import SERVICE
from provider.shapes import document

PENDING_DELETION = "PendingDeletion"
"""The state of a key that Pulumi has deleted and AWS still keeps for some days."""


class Key(Resource):
    """A key for symmetric encryption; AWS chooses its ID."""

    token = "aws:kms/key:Key"
    service = SERVICE
    noun = "key"
    read_call = "describe_{noun}"
    update_call = "update_key_description"
    delete_call = "schedule_key_deletion"
    member = "KeyMetadata"
    # AWS returns this code for a key that is already pending deletion.
    absent = ("KMSInvalidStateException",)
    key: ClassVar[Names] = {"id": "KeyId"}
    id_from = "KeyId"
    fields: ClassVar[Fields] = {"description": "Description"}
    outputs: ClassVar[Fields] = {
        "isEnabled": "Enabled",
        "keyUsage": "KeyUsage",
        "customerMasterKeySpec": "KeySpec",
        "multiRegion": "MultiRegion",
        "keyId": "KeyId",
        "arn": "Arn",
    }
    inputs = frozenset(
        {
            *fields,
            "policy",
            "isEnabled",
            "enableKeyRotation",
            "rotationPeriodInDays",
            "deletionWindowInDays",
            "tags",
        }
    )
    arn = "arn:aws:kms:{region}:{account}:key/{id}"
    defaults: ClassVar[Properties] = {"description": ""}

    @override
    def create_request(self, inputs: Properties) -> Properties:
        return {**super().create_request(inputs), **to_aws(inputs, {"policy": "Policy"})}

    @override
    def create(self, cloud: Cloud, inputs: Properties) -> str:
        key_id = super().create(cloud, inputs)
        self._switch(cloud, key_id, {}, inputs)
        return key_id

    @override
    def describe(self, cloud: Cloud, resource_id: str, known: Values) -> Any:
        key = super().describe(cloud, resource_id, known)
        return None if key is None or key["KeyState"] == PENDING_DELETION else key

    @override
    def computed(self, cloud: Cloud, resource_id: str, found: Values, known: Values) -> Properties:
        """Return the rotation, and the policy when the inputs state one: it may belong to a KeyPolicy."""
        rotation = self.call(cloud, "get_key_rotation_status", KeyId=resource_id)
        enabled: bool = rotation["KeyRotationEnabled"]
        period = {"rotationPeriodInDays": rotation["RotationPeriodInDays"]} if enabled else {}
        if not known.get("policy"):
            return {"enableKeyRotation": enabled, **period}
        policy = document(self.call(cloud, "get_key_policy", KeyId=resource_id)["Policy"], known["policy"])
        return {"enableKeyRotation": enabled, **period, "policy": policy}

    @override
    def update(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> None:
        super().update(cloud, resource_id, old, new)
        # AWS takes no empty policy: one that is no longer stated stays.
        if new.get("policy") not in (None, old.get("policy")):
            self.call(cloud, "put_key_policy", KeyId=resource_id, Policy=new["policy"])
        self._switch(cloud, resource_id, old, new)

    @override
    def delete(self, cloud: Cloud, resource_id: str, known: Values) -> None:
        window = to_aws(known, {"deletionWindowInDays": "PendingWindowInDays"})
        self.call_unless_gone(cloud, self.delete_call, KeyId=resource_id, **window)

    @override
    def find(self, cloud: Cloud, inputs: Properties) -> str | None:
        """Return the newest key that reads as these inputs: keys have no names."""
        keys = self.list_all(cloud, "list_keys", "Keys")
        return self.first_that_reads_as(cloud, (key["KeyId"] for key in reversed(keys)), inputs)

    def _switch(self, cloud: Cloud, key_id: str, old: Properties, new: Properties) -> None:
        """Enable or disable the key and its rotation; AWS changes the rotation of an enabled key only."""
        before, after = old.get("isEnabled", True), new.get("isEnabled", True)
        if after and not before:
            self.call(cloud, "enable_key", KeyId=key_id)
        if new.get("enableKeyRotation"):
            period = to_aws(new, {"rotationPeriodInDays": "RotationPeriodInDays"})
            self.call(cloud, "enable_key_rotation", KeyId=key_id, **period)
        elif old.get("enableKeyRotation"):
            self.call(cloud, "disable_key_rotation", KeyId=key_id)
        if before and not after:
            self.call(cloud, "disable_key", KeyId=key_id)
