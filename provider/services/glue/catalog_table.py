"""Tables of the data catalog, which Athena queries."""

from __future__ import annotations

from typing import ClassVar, override

from provider.base import AutoName, Properties, Values
from provider.cloud import Cloud
from provider.fields import Block, Fields, Names, pascal_names, to_aws
from provider.resource import Resource
from provider.services.glue import SERVICE

COLUMN = pascal_names("name", "type", "comment")
STORAGE: Fields = {
    **pascal_names("location", "inputFormat", "outputFormat", "compressed"),
    "columns": Block("Columns", COLUMN),
    "serDeInfo": Block("SerdeInfo", pascal_names("name", "serializationLibrary", "parameters")),
}


class CatalogTable(Resource):
    """A table of the data catalog; its ID is `catalog:database:name`."""

    token = "aws:glue/catalogTable:CatalogTable"
    service = SERVICE
    noun = "table"
    member = "Table"
    key: ClassVar[Names] = {"databaseName": "DatabaseName", "name": "Name"}
    id_format = "{account}:{databaseName}:{name}"
    fields: ClassVar[Fields] = {
        **pascal_names("description", "tableType", "parameters"),
        "partitionKeys": Block("PartitionKeys", COLUMN),
        "storageDescriptor": Block("StorageDescriptor", STORAGE),
    }
    inputs = frozenset({*key, *fields})
    replace_on = frozenset(key)
    autoname = AutoName("name", 255)
    arn = "arn:aws:glue:{region}:{account}:table/{databaseName}/{name}"
    defaults: ClassVar[Properties] = {
        "description": "",
        "tableType": "EXTERNAL_TABLE",
        "parameters": {},
        "partitionKeys": [],
        "storageDescriptor": {},
    }

    @override
    def create_request(self, inputs: Properties) -> Properties:
        # The whole table: an update leaves as it is what it does not mention.
        table = to_aws({**self.defaults, **inputs}, {"name": "Name", **self.fields})
        return {"DatabaseName": inputs["databaseName"], "TableInput": table}

    @override
    def update(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> None:
        self.call(cloud, self.update_call, **self.create_request(new))

    @override
    def computed(self, cloud: Cloud, resource_id: str, found: Values, known: Values) -> Properties:
        return {"catalogId": cloud.account}
