"""Databases of the data catalog."""

from __future__ import annotations

from typing import ClassVar, override

from provider.base import AutoName, Properties, Values
from provider.cloud import Cloud
from provider.fields import Fields, Names, to_aws
from provider.resource import Resource
from provider.services.glue import SERVICE


class CatalogDatabase(Resource):
    """A database of the data catalog; its ID is `catalog:name`, and the catalog's ID is the account's."""

    token = "aws:glue/catalogDatabase:CatalogDatabase"
    service = SERVICE
    noun = "database"
    member = "Database"
    key: ClassVar[Names] = {"name": "Name"}
    id_format = "{account}:{name}"
    fields: ClassVar[Fields] = {"description": "Description", "parameters": "Parameters"}
    inputs = frozenset({*key, *fields, "tags"})
    replace_on = frozenset({"name"})
    autoname = AutoName("name", 255)
    arn = "arn:aws:glue:{region}:{account}:database/{name}"
    defaults: ClassVar[Properties] = {"description": "", "parameters": {}}

    @override
    def to_aws(self, inputs: Values) -> Properties:
        # The whole database: an update leaves as it is what it does not mention.
        return {"DatabaseInput": to_aws({**self.defaults, **inputs}, {**self.key, **self.fields})}

    @override
    def create_request(self, inputs: Properties) -> Properties:
        request = super().create_request(inputs)
        del request["Name"]
        return request

    @override
    def update_request(self, old: Properties, new: Properties) -> Properties:
        return self.to_aws(new)

    @override
    def computed(self, cloud: Cloud, resource_id: str, found: Values, known: Values) -> Properties:
        return {"catalogId": cloud.account}
