"""Aliases of keys."""

from __future__ import annotations

from typing import Any, ClassVar, override

from provider.base import AutoName, Properties, Values
from provider.cloud import Cloud
from provider.fields import Fields, Names
from provider.resource import Resource
from provider.services.kms import SERVICE


class Alias(Resource):
    """A name of a key; its ID is the name, which starts with `alias/`."""

    token = "aws:kms/alias:Alias"
    service = SERVICE
    noun = "alias"
    key: ClassVar[Names] = {"name": "AliasName"}
    id_format = "{name}"
    fields: ClassVar[Fields] = {"targetKeyId": "TargetKeyId"}
    inputs = frozenset({*key, *fields})
    replace_on = frozenset(key)
    autoname = AutoName("name", 256, prefix="alias/")
    arn = "arn:aws:kms:{region}:{account}:{name}"

    @override
    def describe(self, cloud: Cloud, resource_id: str, known: Values) -> Any:
        response = self.call_unless_gone(cloud, "describe_key", KeyId=resource_id)
        return response["KeyMetadata"] if response else None

    @override
    def computed(self, cloud: Cloud, resource_id: str, found: Values, known: Values) -> Properties:
        arn: str = found["Arn"]
        # The program may name the key by its ARN.
        target = arn if known.get("targetKeyId") == arn else found["KeyId"]
        return {"targetKeyId": target, "targetKeyArn": arn}
