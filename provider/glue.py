"""Glue: the data catalog's databases and tables, by which Athena reads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, override

from provider.base import AutoName, Properties, ResourceType
from provider.cloud import Cloud
from provider.shapes import arguments, block, tag_changes, told, unless_gone

GONE = "EntityNotFoundException"
DATABASE = {"name": "Name", "description": "Description", "parameters": "Parameters"}
TABLE = {
    "name": "Name",
    "description": "Description",
    "tableType": "TableType",
    "parameters": "Parameters",
    "partitionKeys": "PartitionKeys",
    "storageDescriptor": "StorageDescriptor",
}
STORAGE = {
    "location": "Location",
    "inputFormat": "InputFormat",
    "outputFormat": "OutputFormat",
    "compressed": "Compressed",
    "columns": "Columns",
    "serDeInfo": "SerdeInfo",
}
COLUMN = {"name": "Name", "type": "Type", "comment": "Comment"}
SER_DE = {"name": "Name", "serializationLibrary": "SerializationLibrary", "parameters": "Parameters"}
DATABASE_DEFAULTS: Properties = {"description": "", "parameters": {}}
TABLE_DEFAULTS: Properties = {
    "description": "",
    "tableType": "EXTERNAL_TABLE",
    "parameters": {},
    "partitionKeys": [],
    "storageDescriptor": {},
}


class CatalogDatabase(ResourceType):
    """A database. Its id is `catalog:name`; the catalog's id is the account's."""

    token = "aws:glue/catalogDatabase:CatalogDatabase"
    inputs = frozenset({*DATABASE, "tags"})
    replace_on = frozenset({"name"})
    autoname = AutoName("name", 255)

    @override
    def create(self, cloud: Cloud, inputs: Properties) -> str:
        cloud.client("glue").create_database(DatabaseInput=_database(inputs), Tags=inputs.get("tags") or {})
        return f"{cloud.account}:{inputs['name']}"

    @override
    def read(self, cloud: Cloud, resource_id: str, known: Mapping[str, Any]) -> Properties | None:
        glue: Any = cloud.client("glue")
        catalog, name = resource_id.split(":")
        answer: Any = unless_gone(glue.get_database, GONE, Name=name)
        if answer is None:
            return None
        arn = cloud.arn("glue", f"database/{name}")
        return {
            **told(answer["Database"], DATABASE),
            "arn": arn,
            "catalogId": catalog,
            "tags": glue.get_tags(ResourceArn=arn)["Tags"],
        }

    @override
    def update(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> None:
        glue: Any = cloud.client("glue")
        glue.update_database(Name=new["name"], DatabaseInput=_database(new))
        arn = cloud.arn("glue", f"database/{new['name']}")
        changed, removed = tag_changes(old, new)
        if changed:
            glue.tag_resource(ResourceArn=arn, TagsToAdd=changed)
        if removed:
            glue.untag_resource(ResourceArn=arn, TagsToRemove=removed)

    @override
    def delete(self, cloud: Cloud, resource_id: str, known: Mapping[str, Any]) -> None:
        unless_gone(cloud.client("glue").delete_database, GONE, Name=resource_id.split(":")[1])

    @override
    def find(self, cloud: Cloud, inputs: Properties) -> str | None:
        resource_id = f"{cloud.account}:{inputs['name']}"
        return resource_id if self.read(cloud, resource_id, inputs) else None


class CatalogTable(ResourceType):
    """A table. Its id is `catalog:database:name`."""

    token = "aws:glue/catalogTable:CatalogTable"
    inputs = frozenset({*TABLE, "databaseName"})
    replace_on = frozenset({"name", "databaseName"})
    autoname = AutoName("name", 255)

    @override
    def create(self, cloud: Cloud, inputs: Properties) -> str:
        cloud.client("glue").create_table(DatabaseName=inputs["databaseName"], TableInput=_table(inputs))
        return f"{cloud.account}:{inputs['databaseName']}:{inputs['name']}"

    @override
    def read(self, cloud: Cloud, resource_id: str, known: Mapping[str, Any]) -> Properties | None:
        catalog, database, name = resource_id.split(":")
        get_table = cloud.client("glue").get_table
        answer: Any = unless_gone(get_table, GONE, DatabaseName=database, Name=name)
        if answer is None:
            return None
        arn = cloud.arn("glue", f"table/{database}/{name}")
        return {**_told_table(answer["Table"]), "databaseName": database, "arn": arn, "catalogId": catalog}

    @override
    def update(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> None:
        cloud.client("glue").update_table(DatabaseName=new["databaseName"], TableInput=_table(new))

    @override
    def delete(self, cloud: Cloud, resource_id: str, known: Mapping[str, Any]) -> None:
        _, database, name = resource_id.split(":")
        unless_gone(cloud.client("glue").delete_table, GONE, DatabaseName=database, Name=name)

    @override
    def find(self, cloud: Cloud, inputs: Properties) -> str | None:
        resource_id = f"{cloud.account}:{inputs['databaseName']}:{inputs['name']}"
        return resource_id if self.read(cloud, resource_id, inputs) else None


def _database(inputs: Properties) -> Properties:
    return arguments(DATABASE_DEFAULTS | inputs, DATABASE)


def _table(inputs: Properties) -> Properties:
    """The table, whole: an update would leave as it is what is not mentioned."""
    given = TABLE_DEFAULTS | inputs
    return arguments(given, TABLE) | {
        "PartitionKeys": [block(key, COLUMN) for key in given["partitionKeys"]],
        "StorageDescriptor": _storage(given["storageDescriptor"]),
    }


def _storage(stated: Properties) -> Properties:
    storage = block(stated, STORAGE)
    if "columns" in stated:
        storage["Columns"] = [block(column, COLUMN) for column in stated["columns"]]
    if "serDeInfo" in stated:
        storage["SerdeInfo"] = block(stated["serDeInfo"], SER_DE)
    return storage


def _told_table(answer: Mapping[str, Any]) -> Properties:
    table = told(answer, TABLE)
    table["partitionKeys"] = [told(key, COLUMN) for key in table["partitionKeys"]]
    storage = told(table["storageDescriptor"], STORAGE)
    if "columns" in storage:
        storage["columns"] = [told(column, COLUMN) for column in storage["columns"]]
    if "serDeInfo" in storage:
        storage["serDeInfo"] = told(storage["serDeInfo"], SER_DE)
    return table | {"storageDescriptor": storage}


TYPES: tuple[ResourceType, ...] = (CatalogDatabase(), CatalogTable())
