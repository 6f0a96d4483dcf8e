"""Log groups."""

from __future__ import annotations

from typing import Any, ClassVar, override

from provider.base import AutoName, Properties, Values
from provider.cloud import Cloud
from provider.fields import Fields, Names
from provider.resource import Resource
from provider.services.logs import SERVICE


class LogGroup(Resource):
    """A log group; its ID is its name."""

    token = "aws:cloudwatch/logGroup:LogGroup"
    service = SERVICE
    noun = "log_group"
    key: ClassVar[Names] = {"name": "logGroupName"}
    id_format = "{name}"
    fields: ClassVar[Fields] = {"kmsKeyId": "kmsKeyId", "logGroupClass": "logGroupClass"}
    outputs: ClassVar[Fields] = {"retentionInDays": "retentionInDays"}
    inputs = frozenset({*key, *fields, "region", "retentionInDays", "skipDestroy", "tags"})
    # AWS changes the key in place; the embedded cloud takes one only when it creates the group.
    replace_on = frozenset({"name", "region", *fields})
    autoname = AutoName("name", 512)
    arn = "arn:aws:logs:{region}:{account}:log-group:{name}"
    # Zero days in Pulumi is no retention policy in AWS: the events never expire.
    read_defaults: ClassVar[Properties] = {"retentionInDays": 0}

    @override
    def create(self, cloud: Cloud, inputs: Properties) -> str:
        name = super().create(cloud, inputs)
        self._update_retention(cloud, name, {}, inputs)
        return name

    @override
    def describe(self, cloud: Cloud, resource_id: str, known: Values) -> Any:
        # A name sorts before every longer name that starts with it: one page is enough.
        groups: list[Any] = self.call(cloud, "describe_log_groups", logGroupNamePrefix=resource_id)[
            "logGroups"
        ]
        return next((group for group in groups if group["logGroupName"] == resource_id), None)

    @override
    def update(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> None:
        self._update_retention(cloud, resource_id, old, new)
        self.update_tags(cloud, resource_id, old, new)

    @override
    def delete(self, cloud: Cloud, resource_id: str, known: Values) -> None:
        if not known.get("skipDestroy"):
            super().delete(cloud, resource_id, known)

    def _update_retention(self, cloud: Cloud, name: str, old: Properties, new: Properties) -> None:
        days = new.get("retentionInDays") or 0
        if days == (old.get("retentionInDays") or 0):
            return
        if days:
            self.call(cloud, "put_retention_policy", logGroupName=name, retentionInDays=days)
        else:
            self.call(cloud, "delete_retention_policy", logGroupName=name)
