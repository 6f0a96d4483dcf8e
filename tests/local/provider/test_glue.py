"""Glue's resource types against the embedded cloud."""

import pytest
from botocore.exceptions import ClientError

from provider.base import Properties
from provider.cloud import Cloud
from provider.services.glue.catalog_database import CatalogDatabase
from provider.services.glue.catalog_table import CatalogTable
from tests.local.provider.lifecycle import exercise

ACCOUNT = "000000000000"


def database(cloud: Cloud, name: str) -> str:
    """Create a database and return its name."""
    CatalogDatabase().create(cloud, {"name": name})
    return name


def table(name: str, database_name: str) -> Properties:
    """Return a table's inputs, all of them given."""
    return {
        "name": name,
        "databaseName": database_name,
        "description": "what has happened",
        "tableType": "EXTERNAL_TABLE",
        "parameters": {"projection.enabled": "true", "classification": "json"},
        "partitionKeys": [{"name": "date", "type": "string", "comment": "UTC"}],
        "storageDescriptor": {
            "location": "s3://bucket/events/",
            "inputFormat": "org.apache.hadoop.mapred.TextInputFormat",
            "outputFormat": "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
            "compressed": True,
            "columns": [{"name": "id", "type": "string"}, {"name": "resources", "type": "array<string>"}],
            "serDeInfo": {
                "name": "json",
                "serializationLibrary": "org.openx.data.jsonserde.JsonSerDe",
                "parameters": {"mapping.detail_type": "detail-type"},
            },
        },
    }


def test_database_create_read_update_delete(cloud: Cloud) -> None:
    """A database reads as it was written, and its ID is the account's ID and its name."""
    inputs = {
        "name": "life",
        "description": "the audit trail",
        "parameters": {"a": "b"},
        "tags": {"stack": "local", "component": "audit"},
    }
    changed = {**inputs, "description": "", "parameters": {}, "tags": {"stack": "local", "owner": "team"}}

    read = exercise(cloud, CatalogDatabase(), inputs, changed)

    arn = f"arn:aws:glue:us-east-1:{ACCOUNT}:database/life"
    assert read == {**inputs, "arn": arn, "catalogId": ACCOUNT}
    assert CatalogDatabase().create(cloud, inputs) == f"{ACCOUNT}:life"


def test_table_create_read_update_delete(cloud: Cloud) -> None:
    """A table reads as it was written, before and after an update of every input except its names."""
    inputs = table("events", database(cloud, "table_life"))
    changed = {
        **inputs,
        "description": "",
        "tableType": "VIRTUAL_VIEW",
        "parameters": {"projection.enabled": "false"},
        "partitionKeys": [],
        "storageDescriptor": {"location": "s3://other/"},
    }

    read = exercise(cloud, CatalogTable(), inputs, changed)

    arn = f"arn:aws:glue:us-east-1:{ACCOUNT}:table/table_life/events"
    assert read == {**inputs, "arn": arn, "catalogId": ACCOUNT}


def test_table_with_inputs_removed_reads_as_new(cloud: Cloud) -> None:
    """An update without the optional inputs removes their values."""
    full = table("events", database(cloud, "table_bare"))
    bare = {"name": "events", "databaseName": "table_bare"}
    resource_id = CatalogTable().create(cloud, bare)
    before = CatalogTable().read(cloud, resource_id, bare)

    CatalogTable().update(cloud, resource_id, bare, full)
    CatalogTable().update(cloud, resource_id, full, bare)

    assert CatalogTable().read(cloud, resource_id, bare) == before


def test_table_of_a_missing_database_is_rejected(cloud: Cloud) -> None:
    """AWS's error reports that the database must exist first."""
    with pytest.raises(ClientError, match="EntityNotFoundException"):
        CatalogTable().create(cloud, table("events", "nowhere"))


def test_table_of_a_missing_database_reads_as_none_and_delete_succeeds(cloud: Cloud) -> None:
    """Reading or deleting a resource that does not exist is not an error."""
    CatalogTable().delete(cloud, f"{ACCOUNT}:nowhere:events", {})

    assert CatalogTable().read(cloud, f"{ACCOUNT}:nowhere:events", {}) is None
