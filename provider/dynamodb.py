"""DynamoDB: tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any, override

from provider.base import AutoName, Properties, ProviderError, ResourceType
from provider.cloud import Cloud
from provider.shapes import block, camel, pascal, tag_changes, tag_list, tag_map, told, unless_gone

GONE = "ResourceNotFoundException"
ATTRIBUTE = {"name": "AttributeName", "type": "AttributeType"}
ENCRYPTION = {"enabled": "Enabled", "kmsKeyArn": "KMSMasterKeyId"}
EXPIRY = {"enabled": "Enabled", "attributeName": "AttributeName"}
RECOVERY = {"enabled": "PointInTimeRecoveryEnabled", "recoveryPeriodInDays": "RecoveryPeriodInDays"}
INDEX_INPUTS = {"name", "hashKey", "rangeKey", "keySchemas", "projectionType", "nonKeyAttributes"}
OFF = {"enabled": False}


class Table(ResourceType):
    """A table with its indexes, stream, expiry and protection. Its id is its name."""

    token = "aws:dynamodb/table:Table"
    inputs = frozenset(
        {
            "name",
            "hashKey",
            "rangeKey",
            "attributes",
            "billingMode",
            "globalSecondaryIndexes",
            "streamEnabled",
            "streamViewType",
            "ttl",
            "pointInTimeRecovery",
            "serverSideEncryption",
            "deletionProtectionEnabled",
            "tableClass",
            "tags",
        }
    )
    replace_on = frozenset({"name", "hashKey", "rangeKey"})
    autoname = AutoName("name", 255)

    @override
    def create(self, cloud: Cloud, inputs: Properties) -> str:
        dynamodb, name = cloud.client("dynamodb"), inputs["name"]
        request: Properties = {
            "TableName": name,
            "KeySchema": _key_schema(inputs),
            "AttributeDefinitions": _attribute_definitions(inputs),
            "Tags": tag_list(inputs.get("tags")),
        }
        indexes = [_index_request(index) for index in inputs.get("globalSecondaryIndexes", [])]
        if indexes:
            request["GlobalSecondaryIndexes"] = indexes
        for change in _setting_changes({}, inputs):
            request.update(change)
        dynamodb.create_table(**request)
        _wait(dynamodb, name)
        _update_ttl(dynamodb, name, {}, inputs)
        _update_recovery(dynamodb, name, {}, inputs)
        return name

    @override
    def read(self, cloud: Cloud, resource_id: str, known: Mapping[str, Any]) -> Properties | None:
        dynamodb = cloud.client("dynamodb")
        answer: Any = unless_gone(dynamodb.describe_table, GONE, TableName=resource_id)
        if answer is None:
            return None
        table: Any = answer["Table"]
        tags: Any = dynamodb.list_tags_of_resource(ResourceArn=table["TableArn"])["Tags"]
        return {
            **_described(table, known),
            "ttl": _restated(known.get("ttl"), _ttl(dynamodb, resource_id)),
            "pointInTimeRecovery": _restated(
                known.get("pointInTimeRecovery"), _recovery(dynamodb, resource_id)
            ),
            "tags": tag_map(tags),
        }

    @override
    def update(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> None:
        _refuse_key_types(old, new)
        dynamodb = cloud.client("dynamodb")
        for change in chain(_setting_changes(old, new), _index_changes(old, new)):
            dynamodb.update_table(TableName=resource_id, **change)
            _wait(dynamodb, resource_id)
        _update_ttl(dynamodb, resource_id, old, new)
        _update_recovery(dynamodb, resource_id, old, new)
        arn = cloud.arn("dynamodb", f"table/{resource_id}")
        changed, removed = tag_changes(old, new)
        if changed:
            dynamodb.tag_resource(ResourceArn=arn, Tags=tag_list(changed))
        if removed:
            dynamodb.untag_resource(ResourceArn=arn, TagKeys=removed)

    @override
    def delete(self, cloud: Cloud, resource_id: str, known: Mapping[str, Any]) -> None:
        dynamodb = cloud.client("dynamodb")
        if unless_gone(dynamodb.delete_table, GONE, TableName=resource_id):
            waiter = dynamodb.get_waiter("table_not_exists")
            waiter.wait(TableName=resource_id, WaiterConfig={"Delay": 1})

    @override
    def find(self, cloud: Cloud, inputs: Properties) -> str | None:
        describe = cloud.client("dynamodb").describe_table
        return inputs["name"] if unless_gone(describe, GONE, TableName=inputs["name"]) else None


def _wait(dynamodb: Any, name: str) -> None:
    """Until the table is active."""
    dynamodb.get_waiter("table_exists").wait(TableName=name, WaiterConfig={"Delay": 1})


# Settings of the table itself


def _setting_changes(old: Properties, new: Properties) -> Iterator[Properties]:
    """What UpdateTable needs for each setting that differs: one a call, as AWS wants it."""
    simple = {"billingMode": "PROVISIONED", "tableClass": "STANDARD", "deletionProtectionEnabled": False}
    for key, default in simple.items():
        after = new.get(key, default)
        if after != old.get(key, default):
            yield pascal({key: after})
    encryption = new.get("serverSideEncryption", OFF)
    if encryption != old.get("serverSideEncryption", OFF):
        kind = {"SSEType": "KMS"} if encryption["enabled"] else {}
        yield {"SSESpecification": {**block(encryption, ENCRYPTION), **kind}}
    yield from _stream_changes(_stream(old), _stream(new))


def _stream_changes(old: str | None, new: str | None) -> Iterator[Properties]:
    if old == new:
        return
    if old:
        # A stream that runs keeps its view: another view is another stream.
        yield {"StreamSpecification": {"StreamEnabled": False}}
    if new:
        yield {"StreamSpecification": {"StreamEnabled": True, "StreamViewType": new}}


def _stream(inputs: Properties) -> str | None:
    """The stream's view of the changed items; None where there is no stream."""
    if not inputs.get("streamEnabled"):
        return None
    if "streamViewType" not in inputs:
        raise ProviderError("streamEnabled is true and streamViewType is not given")
    return inputs["streamViewType"]


def _update_ttl(dynamodb: Any, name: str, old: Properties, new: Properties) -> None:
    before, after = old.get("ttl", OFF), new.get("ttl", OFF)
    if before == after or not (before.get("enabled") or after.get("enabled")):
        return
    # AWS wants the attribute's name even where it is told to look at it no more.
    specification = block({**before, "enabled": False, **after}, EXPIRY)
    dynamodb.update_time_to_live(TableName=name, TimeToLiveSpecification=specification)


def _update_recovery(dynamodb: Any, name: str, old: Properties, new: Properties) -> None:
    before, after = old.get("pointInTimeRecovery", OFF), new.get("pointInTimeRecovery", OFF)
    if before != after:
        specification = block(after, RECOVERY)
        dynamodb.update_continuous_backups(TableName=name, PointInTimeRecoverySpecification=specification)


# Keys and indexes


def _key_schema(inputs: Properties) -> list[Properties]:
    """The keys of a table or index, as AWS has them; `keySchemas` is an index's other way to say them."""
    if "keySchemas" in inputs:
        return pascal(inputs["keySchemas"])
    keys = {"HASH": inputs["hashKey"], "RANGE": inputs.get("rangeKey")}
    return [{"AttributeName": name, "KeyType": kind} for kind, name in keys.items() if name]


def _attribute_definitions(inputs: Properties) -> list[Properties]:
    return [block(attribute, ATTRIBUTE) for attribute in inputs["attributes"]]


def _index_request(index: Properties) -> Properties:
    unknown = sorted(index.keys() - INDEX_INPUTS)
    if unknown:
        raise ProviderError(f"globalSecondaryIndexes: unknown {', '.join(unknown)}")
    projection: Properties = {"ProjectionType": index["projectionType"]}
    if index.get("nonKeyAttributes"):
        projection["NonKeyAttributes"] = sorted(index["nonKeyAttributes"])
    return {"IndexName": index["name"], "KeySchema": _key_schema(index), "Projection": projection}


def _index_creations(inputs: Properties) -> dict[str, Properties]:
    """By the index's name, what UpdateTable needs to make it: keys, their types, projection."""
    creations: dict[str, Properties] = {}
    for index in inputs.get("globalSecondaryIndexes", []):
        request = _index_request(index)
        keys = {key["AttributeName"] for key in request["KeySchema"]}
        creations[index["name"]] = {
            "AttributeDefinitions": [
                each for each in _attribute_definitions(inputs) if each["AttributeName"] in keys
            ],
            "GlobalSecondaryIndexUpdates": [{"Create": request}],
        }
    return creations


def _index_changes(old: Properties, new: Properties) -> Iterator[Properties]:
    """What UpdateTable needs, one index a call: a changed index goes and comes again."""
    before, after = _index_creations(old), _index_creations(new)
    for name, creation in before.items():
        if after.get(name) != creation:
            yield {"GlobalSecondaryIndexUpdates": [{"Delete": {"IndexName": name}}]}
    for name, creation in after.items():
        if before.get(name) != creation:
            yield creation


def _refuse_key_types(old: Properties, new: Properties) -> None:
    """AWS keeps the type of a table's key, without a word when it is told another."""
    before, after = (
        {attribute["name"]: attribute["type"] for attribute in inputs["attributes"]} for inputs in (old, new)
    )
    for key in filter(None, (new["hashKey"], new.get("rangeKey"))):
        if before.get(key) != after.get(key):
            raise ProviderError(
                f"attributes: the key {key} is of type {before.get(key)} and cannot become "
                f"{after.get(key)}; a table with another name or key can have it"
            )


# What AWS tells


def _described(table: Any, known: Mapping[str, Any]) -> Properties:
    keys = {key["KeyType"]: key["AttributeName"] for key in table["KeySchema"]}
    stream: Any = table.get("StreamSpecification") or {}
    properties: Properties = {
        "name": table["TableName"],
        "arn": table["TableArn"],
        "hashKey": keys["HASH"],
        "rangeKey": keys.get("RANGE"),
        "attributes": _attributes(table, known),
        "globalSecondaryIndexes": _indexes(table, known),
        "billingMode": table.get("BillingModeSummary", {}).get("BillingMode", "PROVISIONED"),
        "tableClass": table.get("TableClassSummary", {}).get("TableClass", "STANDARD"),
        "deletionProtectionEnabled": table["DeletionProtectionEnabled"],
        "serverSideEncryption": _restated(known.get("serverSideEncryption"), _encryption(table)),
        "streamEnabled": stream.get("StreamEnabled", False),
        "streamViewType": stream.get("StreamViewType"),
        "streamArn": table.get("LatestStreamArn", ""),
        "streamLabel": table.get("LatestStreamLabel", ""),
    }
    return {key: value for key, value in properties.items() if value is not None}


def _encryption(table: Any) -> Properties:
    description: Any = table.get("SSEDescription") or {}
    enabled = description.get("Status") == "ENABLED"
    return {"enabled": enabled, "kmsKeyArn": description.get("KMSMasterKeyArn", "")}


def _ttl(dynamodb: Any, name: str) -> Properties:
    description: Any = dynamodb.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    enabled = description["TimeToLiveStatus"] in {"ENABLED", "ENABLING"}
    return {"enabled": enabled, **told(description, {"attributeName": "AttributeName"})}


def _recovery(dynamodb: Any, name: str) -> Properties:
    answer: Any = dynamodb.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
    description: Any = answer["PointInTimeRecoveryDescription"]
    enabled = description["PointInTimeRecoveryStatus"] == "ENABLED"
    return {"enabled": enabled, **told(description, {"recoveryPeriodInDays": "RecoveryPeriodInDays"})}


def _restated(known: Properties | None, found: Properties) -> Properties:
    """What was found, in the words of what is known: its keys only, and what AWS does not tell as it was."""
    return {key: found.get(key, value) for key, value in known.items()} if known else found


def _attributes(table: Any, known: Mapping[str, Any]) -> list[Properties]:
    found = [told(each, ATTRIBUTE) for each in table["AttributeDefinitions"]]
    return _in_order(found, known.get("attributes"))


def _indexes(table: Any, known: Mapping[str, Any]) -> list[Properties]:
    stated: list[Properties] = known.get("globalSecondaryIndexes") or []
    by_name = {index["name"]: index for index in stated}
    found = [
        _index(description, by_name.get(description["IndexName"], {}))
        for description in table.get("GlobalSecondaryIndexes", [])
    ]
    return _in_order(found, stated)


def _index(description: Any, known: Properties) -> Properties:
    projection: Any = description["Projection"]
    index = {"name": description["IndexName"], "projectionType": projection["ProjectionType"]}
    others: list[str] = projection.get("NonKeyAttributes", [])
    if others:
        stated = known.get("nonKeyAttributes")
        index["nonKeyAttributes"] = stated if stated and sorted(stated) == sorted(others) else others
    if "hashKey" not in known:
        return {**index, "keySchemas": camel(description["KeySchema"])}
    keys = {key["KeyType"]: key["AttributeName"] for key in description["KeySchema"]}
    return {**index, **told(keys, {"hashKey": "HASH", "rangeKey": "RANGE"})}


def _in_order(found: list[Properties], known: list[Properties] | None) -> list[Properties]:
    """AWS orders these by nothing: here as they were stated, new ones last."""
    places = {each["name"]: place for place, each in enumerate(known or [])}
    return sorted(found, key=lambda each: places.get(each["name"], len(places)))


TYPES: tuple[ResourceType, ...] = (Table(),)
