"""DynamoDB's resource type against the embedded cloud."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError

from provider.base import ProviderError
from provider.cloud import Cloud
from provider.services.dynamodb.table import Table
from tests.local.provider.lifecycle import exercise

KEY = "arn:aws:kms:us-east-1:000000000000:key/k"
BY_EMAIL = {
    "name": "by-email",
    "keySchemas": [{"attributeName": "email", "keyType": "HASH"}],
    "projectionType": "ALL",
}
BY_STATUS = {
    "name": "by-status",
    "hashKey": "status",
    "rangeKey": "createdAt",
    "projectionType": "INCLUDE",
    "nonKeyAttributes": ["name", "email"],
}


def attributes(**types: str) -> list[dict[str, str]]:
    """Return Pulumi's attributes of names and types."""
    return [{"name": name, "type": kind} for name, kind in types.items()]


@pytest.fixture
def table(cloud: Cloud) -> Iterator[dict[str, Any]]:
    """Yield the inputs of a minimal table, which is deleted after the test."""
    inputs = {
        "name": f"table-{uuid4().hex}",
        "hashKey": "id",
        "attributes": attributes(id="S"),
        "billingMode": "PAY_PER_REQUEST",
    }
    Table().create(cloud, inputs)
    yield inputs
    cloud.client("dynamodb").update_table(TableName=inputs["name"], DeletionProtectionEnabled=False)
    Table().delete(cloud, inputs["name"], inputs)


def test_table_create_read_update_delete_with_every_input(cloud: Cloud) -> None:
    """A table reads as it was written, before and after an update of every input that can change."""
    inputs = {
        "name": "life",
        "hashKey": "id",
        "rangeKey": "version",
        "attributes": attributes(version="N", id="S", status="S", createdAt="S", email="S"),
        "billingMode": "PAY_PER_REQUEST",
        "globalSecondaryIndexes": [BY_STATUS, BY_EMAIL],
        "streamEnabled": True,
        "streamViewType": "NEW_IMAGE",
        "ttl": {"attributeName": "expiresAt", "enabled": True},
        "pointInTimeRecovery": {"enabled": True, "recoveryPeriodInDays": 7},
        "serverSideEncryption": {"enabled": True, "kmsKeyArn": KEY},
        "deletionProtectionEnabled": True,
        "tableClass": "STANDARD_INFREQUENT_ACCESS",
        "tags": {"stack": "local", "component": "users"},
    }
    changed = {
        "name": "life",
        "hashKey": "id",
        "rangeKey": "version",
        "attributes": attributes(id="S", version="N", email="S"),
        "billingMode": "PAY_PER_REQUEST",
        "globalSecondaryIndexes": [{**BY_EMAIL, "projectionType": "KEYS_ONLY"}],
        "streamEnabled": True,
        "streamViewType": "NEW_AND_OLD_IMAGES",
        "ttl": {"attributeName": "expiresAt", "enabled": False},
        "pointInTimeRecovery": {"enabled": False},
        "serverSideEncryption": {"enabled": False},
        "deletionProtectionEnabled": False,
        "tableClass": "STANDARD",
        "tags": {"stack": "local", "owner": "team"},
    }

    read = exercise(cloud, Table(), inputs, changed)

    arn = "arn:aws:dynamodb:us-east-1:000000000000:table/life"
    label = read["streamLabel"]
    assert read == {**inputs, "arn": arn, "streamLabel": label, "streamArn": f"{arn}/stream/{label}"}


def test_table_with_inputs_removed_reads_as_new(cloud: Cloud, table: dict[str, Any]) -> None:
    """An update without the optional inputs removes their values, except the last stream's name."""
    name = table["name"]
    before: Any = Table().read(cloud, name, table)
    full = {
        **table,
        "attributes": attributes(id="S", email="S"),
        "globalSecondaryIndexes": [BY_EMAIL],
        "streamEnabled": True,
        "streamViewType": "KEYS_ONLY",
        "pointInTimeRecovery": {"enabled": True},
        "deletionProtectionEnabled": True,
        "tableClass": "STANDARD_INFREQUENT_ACCESS",
        "tags": {"a": "b"},
    }

    Table().update(cloud, name, table, full)
    Table().update(cloud, name, full, table)

    after: Any = Table().read(cloud, name, table)
    assert after == {**before, "streamArn": after["streamArn"], "streamLabel": after["streamLabel"]}


def test_ttl_no_longer_stated_is_disabled(cloud: Cloud, table: dict[str, Any]) -> None:
    """Items no longer expire when the program no longer states the TTL."""
    expiring = {**table, "ttl": {"attributeName": "expiresAt", "enabled": True}}
    Table().update(cloud, table["name"], table, expiring)

    Table().update(cloud, table["name"], expiring, table)

    assert Table().read(cloud, table["name"], {})["ttl"] == {"enabled": False, "attributeName": "expiresAt"}


def test_half_created_table_is_completed_by_an_update(cloud: Cloud, table: dict[str, Any]) -> None:
    """An update completes a table whose creation was interrupted before TTL and recovery were set."""
    whole = {
        **table,
        "ttl": {"attributeName": "expiresAt", "enabled": True},
        "pointInTimeRecovery": {"enabled": True},
    }
    half: Any = Table().read(cloud, table["name"], whole)

    Table().update(cloud, table["name"], half, whole)

    read: Any = Table().read(cloud, table["name"], whole)
    assert {key: read[key] for key in whole} == whole


def test_setting_changed_outside_pulumi_reads_as_changed(cloud: Cloud, table: dict[str, Any]) -> None:
    """Recovery that was disabled outside Pulumi reads as disabled, and other settings as known."""
    known = {**table, "pointInTimeRecovery": {"enabled": True, "recoveryPeriodInDays": 7}}

    read: Any = Table().read(cloud, table["name"], known)

    assert read["pointInTimeRecovery"] == {"enabled": False, "recoveryPeriodInDays": 7}


def test_changed_stream_view_creates_another_stream(cloud: Cloud, table: dict[str, Any]) -> None:
    """A changed view type ends the stream and starts another one with another ARN."""
    name = table["name"]
    keys = {**table, "streamEnabled": True, "streamViewType": "KEYS_ONLY"}
    Table().update(cloud, name, table, keys)
    first: Any = Table().read(cloud, name, keys)
    images = {**keys, "streamViewType": "NEW_IMAGE"}

    Table().update(cloud, name, keys, images)

    second: Any = Table().read(cloud, name, images)
    assert (first["streamViewType"], second["streamViewType"]) == ("KEYS_ONLY", "NEW_IMAGE")
    assert first["streamArn"] != second["streamArn"]


def test_stream_without_a_view_is_rejected(cloud: Cloud, table: dict[str, Any]) -> None:
    """A stream requires a view type."""
    with pytest.raises(ProviderError, match="streamViewType is not given"):
        Table().update(cloud, table["name"], table, {**table, "streamEnabled": True})


def test_indexes_are_added_and_removed_without_data_loss(cloud: Cloud, table: dict[str, Any]) -> None:
    """Two indexes are added to a table with items, then one is removed."""
    dynamodb, name = cloud.client("dynamodb"), table["name"]
    item = {"id": {"S": "1"}, "email": {"S": "a@b.c"}, "status": {"S": "active"}, "createdAt": {"S": "2026"}}
    dynamodb.put_item(TableName=name, Item=item)
    both = {
        **table,
        "attributes": attributes(id="S", email="S", status="S", createdAt="S"),
        "globalSecondaryIndexes": [BY_EMAIL, BY_STATUS],
    }
    one = {**table, "attributes": attributes(id="S", email="S"), "globalSecondaryIndexes": [BY_EMAIL]}

    Table().update(cloud, name, table, both)
    with_both: Any = Table().read(cloud, name, both)
    Table().update(cloud, name, both, one)
    with_one: Any = Table().read(cloud, name, one)

    assert with_both["globalSecondaryIndexes"] == both["globalSecondaryIndexes"]
    assert with_one["globalSecondaryIndexes"] == one["globalSecondaryIndexes"]
    assert with_one["attributes"] == one["attributes"]
    found = dynamodb.query(
        TableName=name,
        IndexName="by-email",
        KeyConditionExpression="email = :email",
        ExpressionAttributeValues={":email": {"S": "a@b.c"}},
    )
    assert found["Items"] == [item]


def test_index_whose_key_changes_type_is_recreated(cloud: Cloud, table: dict[str, Any]) -> None:
    """A change of a key's type in the attributes recreates the index."""
    text = {**table, "attributes": attributes(id="S", email="S"), "globalSecondaryIndexes": [BY_EMAIL]}
    number = {**text, "attributes": attributes(id="S", email="N")}
    Table().update(cloud, table["name"], table, text)

    Table().update(cloud, table["name"], text, number)

    assert Table().read(cloud, table["name"], number)["attributes"] == number["attributes"]


def test_type_of_a_key_cannot_change(cloud: Cloud, table: dict[str, Any]) -> None:
    """A changed type of the table's key is rejected, because AWS would ignore it without an error."""
    with pytest.raises(ProviderError, match="the key id is of type S and cannot become N"):
        Table().update(cloud, table["name"], table, {**table, "attributes": attributes(id="N")})


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ({"globalSecondaryIndexes": [{**BY_EMAIL, "readCapacity": 5}]}, "unknown readCapacity"),
        ({"ttl": {"attribute": "expiresAt", "enabled": True}}, "unknown attribute; known are"),
        ({"pointInTimeRecovery": {"enabled": True, "days": 3}}, "unknown days; known are"),
        ({"serverSideEncryption": {"enabled": True, "key": KEY}}, "unknown key; known are"),
    ],
    ids=["index", "ttl", "recovery", "encryption"],
)
def test_unknown_nested_input_is_rejected(
    cloud: Cloud, table: dict[str, Any], inputs: dict[str, Any], message: str
) -> None:
    """The error names a misspelled key within an input."""
    with pytest.raises(ProviderError, match=message):
        Table().update(cloud, table["name"], table, {**table, **inputs})


def test_protected_table_is_not_deleted(cloud: Cloud, table: dict[str, Any]) -> None:
    """Deletion protection applies to Pulumi, with AWS's error."""
    protected = {**table, "deletionProtectionEnabled": True}
    Table().update(cloud, table["name"], table, protected)

    with pytest.raises(ClientError, match="protected against deletion"):
        Table().delete(cloud, table["name"], protected)

    assert Table().find(cloud, protected) == table["name"]


def test_existing_table_is_rejected(cloud: Cloud, table: dict[str, Any]) -> None:
    """A name that exists is AWS's error; the existing resource is not adopted."""
    with pytest.raises(ClientError, match="ResourceInUseException"):
        Table().create(cloud, table)


def test_missing_table_reads_as_none_and_delete_succeeds(cloud: Cloud) -> None:
    """Reading or deleting a resource that does not exist is not an error."""
    Table().delete(cloud, "nothing", {})

    assert Table().read(cloud, "nothing", {}) is None
