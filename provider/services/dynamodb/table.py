"""Tables."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Any, ClassVar, override

from provider.base import AutoName, Properties, ProviderError, Values
from provider.cloud import Cloud
from provider.fields import Block, Fields, Names, from_aws, pascal_names
from provider.resource import Resource
from provider.services.dynamodb import SERVICE
from provider.services.dynamodb.table_indexes import (
    attributes_from_aws,
    check_key_types,
    definitions,
    index_changes,
    index_request,
    indexes_from_aws,
    key_schema,
)

ENCRYPTION = Block("SSESpecification", {"enabled": "Enabled", "kmsKeyArn": "KMSMasterKeyId"})
EXPIRATION = Block("TimeToLiveSpecification", pascal_names("enabled", "attributeName"))
RECOVERY = Block(
    "PointInTimeRecoverySpecification",
    {"enabled": "PointInTimeRecoveryEnabled", "recoveryPeriodInDays": "RecoveryPeriodInDays"},
)
OFF = {"enabled": False}


class Table(Resource):
    """A table with its indexes, stream, expiration and protection; its ID is its name."""

    token = "aws:dynamodb/table:Table"
    service = SERVICE
    noun = "table"
    read_call = "describe_{noun}"
    member = "Table"
    key: ClassVar[Names] = {"name": "TableName"}
    id_format = "{name}"
    fields: ClassVar[Fields] = pascal_names("billingMode", "deletionProtectionEnabled", "tableClass")
    inputs = frozenset(
        {
            *key,
            *fields,
            "hashKey",
            "rangeKey",
            "attributes",
            "globalSecondaryIndexes",
            "streamEnabled",
            "streamViewType",
            "ttl",
            "pointInTimeRecovery",
            "serverSideEncryption",
            "tags",
        }
    )
    replace_on = frozenset({"name", "hashKey", "rangeKey"})
    autoname = AutoName("name", 255)
    arn = "arn:aws:dynamodb:{region}:{account}:table/{name}"
    defaults: ClassVar[Properties] = {
        "billingMode": "PROVISIONED",
        "tableClass": "STANDARD",
        "deletionProtectionEnabled": False,
    }

    @override
    def create_request(self, inputs: Properties) -> Properties:
        indexes = [index_request(index) for index in inputs.get("globalSecondaryIndexes", [])]
        request = {
            **super().create_request(inputs),
            "KeySchema": key_schema(inputs),
            "AttributeDefinitions": definitions(inputs),
            **({"GlobalSecondaryIndexes": indexes} if indexes else {}),
        }
        for change in self._setting_changes({}, inputs):
            request.update(change)
        return request

    @override
    def create(self, cloud: Cloud, inputs: Properties) -> str:
        name = super().create(cloud, inputs)
        _wait(cloud, name)
        self._update_ttl(cloud, name, {}, inputs)
        self._update_recovery(cloud, name, {}, inputs)
        return name

    @override
    def from_aws(self, found: Values, known: Values) -> Properties:
        keys = {key["KeyType"]: key["AttributeName"] for key in found["KeySchema"]}
        stream: Any = found.get("StreamSpecification") or {}
        read: Properties = {
            "hashKey": keys["HASH"],
            "rangeKey": keys.get("RANGE"),
            "attributes": attributes_from_aws(found, known),
            "globalSecondaryIndexes": indexes_from_aws(found, known),
            "billingMode": found.get("BillingModeSummary", {}).get("BillingMode", "PROVISIONED"),
            "tableClass": found.get("TableClassSummary", {}).get("TableClass", "STANDARD"),
            "deletionProtectionEnabled": found["DeletionProtectionEnabled"],
            "serverSideEncryption": _as_stated(known.get("serverSideEncryption"), _encryption(found)),
            "streamEnabled": stream.get("StreamEnabled", False),
            "streamViewType": stream.get("StreamViewType"),
        }
        return {key: value for key, value in read.items() if value is not None}

    @override
    def computed(self, cloud: Cloud, resource_id: str, found: Values, known: Values) -> Properties:
        return {
            "streamArn": found.get("LatestStreamArn", ""),
            "streamLabel": found.get("LatestStreamLabel", ""),
            "ttl": _as_stated(known.get("ttl"), self._ttl(cloud, resource_id)),
            "pointInTimeRecovery": _as_stated(
                known.get("pointInTimeRecovery"), self._recovery(cloud, resource_id)
            ),
        }

    @override
    def update(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> None:
        check_key_types(old, new)
        for change in chain(self._setting_changes(old, new), index_changes(old, new)):
            self.call(cloud, "update_table", TableName=resource_id, **change)
            _wait(cloud, resource_id)
        self._update_ttl(cloud, resource_id, old, new)
        self._update_recovery(cloud, resource_id, old, new)
        self.update_tags(cloud, resource_id, old, new)

    @override
    def delete(self, cloud: Cloud, resource_id: str, known: Values) -> None:
        if self.call_unless_gone(cloud, "delete_table", TableName=resource_id):
            waiter = cloud.client("dynamodb").get_waiter("table_not_exists")
            waiter.wait(TableName=resource_id, WaiterConfig={"Delay": 1})

    def _setting_changes(self, old: Properties, new: Properties) -> Iterator[Properties]:
        """Yield the request for each setting that differs: UpdateTable takes one at a time."""
        for key, default in self.defaults.items():
            after = new.get(key, default)
            if after != old.get(key, default):
                yield self.to_aws({key: after})
        encryption = new.get("serverSideEncryption", OFF)
        if encryption != old.get("serverSideEncryption", OFF):
            kind = {"SSEType": "KMS"} if encryption["enabled"] else {}
            yield {ENCRYPTION.name: {**ENCRYPTION.to_aws(encryption), **kind}}
        yield from _stream_changes(_stream(old), _stream(new))

    def _update_ttl(self, cloud: Cloud, name: str, old: Properties, new: Properties) -> None:
        before, after = old.get("ttl", OFF), new.get("ttl", OFF)
        if before == after or not (before.get("enabled") or after.get("enabled")):
            return
        # AWS requires the attribute's name to disable the expiration, too.
        specification = EXPIRATION.to_aws({**before, "enabled": False, **after})
        self.call(cloud, "update_time_to_live", TableName=name, **{EXPIRATION.name: specification})

    def _update_recovery(self, cloud: Cloud, name: str, old: Properties, new: Properties) -> None:
        before, after = old.get("pointInTimeRecovery", OFF), new.get("pointInTimeRecovery", OFF)
        if before != after:
            specification = {RECOVERY.name: RECOVERY.to_aws(after)}
            self.call(cloud, "update_continuous_backups", TableName=name, **specification)

    def _ttl(self, cloud: Cloud, name: str) -> Properties:
        found = self.call(cloud, "describe_time_to_live", TableName=name)["TimeToLiveDescription"]
        enabled = found["TimeToLiveStatus"] in {"ENABLED", "ENABLING"}
        return {"enabled": enabled, **from_aws(found, pascal_names("attributeName"))}

    def _recovery(self, cloud: Cloud, name: str) -> Properties:
        response = self.call(cloud, "describe_continuous_backups", TableName=name)
        found = response["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
        enabled = found["PointInTimeRecoveryStatus"] == "ENABLED"
        return {"enabled": enabled, **from_aws(found, pascal_names("recoveryPeriodInDays"))}


def _wait(cloud: Cloud, name: str) -> None:
    """Wait until the table is active."""
    cloud.client("dynamodb").get_waiter("table_exists").wait(TableName=name, WaiterConfig={"Delay": 1})


def _stream_changes(old: str | None, new: str | None) -> Iterator[Properties]:
    if old == new:
        return
    if old:
        # An active stream keeps its view type: another type needs another stream.
        yield {"StreamSpecification": {"StreamEnabled": False}}
    if new:
        yield {"StreamSpecification": {"StreamEnabled": True, "StreamViewType": new}}


def _stream(inputs: Properties) -> str | None:
    """Return the view type of the stream; None without a stream."""
    if not inputs.get("streamEnabled"):
        return None
    if "streamViewType" not in inputs:
        raise ProviderError("streamEnabled is true and streamViewType is not given")
    return inputs["streamViewType"]


def _encryption(table: Values) -> Properties:
    description: Any = table.get("SSEDescription") or {}
    enabled = description.get("Status") == "ENABLED"
    return {"enabled": enabled, "kmsKeyArn": description.get("KMSMasterKeyArn", "")}


def _as_stated(known: Properties | None, found: Properties) -> Properties:
    """Return the known keys only, with the known value of each that AWS does not return."""
    return {key: found.get(key, value) for key, value in known.items()} if known else found
