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
    """A new database."""
    CatalogDatabase().create(cloud, {"name": name})
    return name


def table(name: str, database_name: str) -> Properties:
    """A table's inputs, each of them given."""
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


def test_database_lives_its_life(cloud: Cloud) -> None:
    """A database reads as it was written, and its id is the account's and its name."""
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


def test_table_lives_its_life(cloud: Cloud) -> None:
    """A table reads as it was written, before and after everything but its names has changed."""
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


def test_table_with_inputs_taken_back_reads_as_new(cloud: Cloud) -> None:
    """An update without the optional inputs leaves nothing of them behind."""
    full = table("events", database(cloud, "table_bare"))
    bare = {"name": "events", "databaseName": "table_bare"}
    resource_id = CatalogTable().create(cloud, bare)
    before = CatalogTable().read(cloud, resource_id, bare)

    CatalogTable().update(cloud, resource_id, bare, full)
    CatalogTable().update(cloud, resource_id, full, bare)

    assert CatalogTable().read(cloud, resource_id, bare) == before


def test_table_of_a_missing_database_is_refused(cloud: Cloud) -> None:
    """A table stands in a database, and AWS's error says so."""
    with pytest.raises(ClientError, match="EntityNotFoundException"):
        CatalogTable().create(cloud, table("events", "nowhere"))


def test_table_of_a_missing_database_reads_as_none_and_may_be_deleted(cloud: Cloud) -> None:
    """What is not there is no error to read or to delete."""
    CatalogTable().delete(cloud, f"{ACCOUNT}:nowhere:events", {})

    assert CatalogTable().read(cloud, f"{ACCOUNT}:nowhere:events", {}) is None
