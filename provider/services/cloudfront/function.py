"""CloudFront Functions."""

from __future__ import annotations

from typing import Any, ClassVar, override

from provider.base import AutoName, Properties, Values
from provider.cloud import Cloud
from provider.fields import Field, Fields, Names, from_aws, to_aws
from provider.services.cloudfront.versioned import Items, Versioned

STAGE = "DEVELOPMENT"
"""The stage with the last change; publishing copies it to the stage that serves requests."""


class Store(Field):
    """A key-value store by its ARN."""

    @override
    def to_aws(self, value: Any) -> Any:
        return {self.name: value}

    @override
    def from_aws(self, value: Any, known: Any) -> Any:
        return value[self.name]


CONFIGURATION: Fields = {
    "comment": "Comment",
    "runtime": "Runtime",
    "keyValueStoreAssociations": Items("KeyValueStoreAssociations", Store("KeyValueStoreARN")),
}


class Function(Versioned):
    """JavaScript that CloudFront runs for each request, published by each change; its ID is its name."""

    token = "aws:cloudfront/function:Function"
    noun = "function"
    read_call = "describe_{noun}"
    member = "FunctionSummary"
    absent = ("NoSuchFunctionExists",)
    key: ClassVar[Names] = {"name": "Name"}
    id_format = "{name}"
    fields: ClassVar[Fields] = {"code": "FunctionCode", **CONFIGURATION}
    inputs = frozenset({*key, *fields, "publish", "tags"})
    replace_on = frozenset(key)
    autoname = AutoName("name", 64)
    arn = "arn:aws:cloudfront::{account}:function/{name}"
    defaults: ClassVar[Properties] = {"comment": "", "keyValueStoreAssociations": []}
    creates_with_defaults = True

    @override
    def to_aws(self, inputs: Values) -> Properties:
        code = inputs["code"].encode()
        return {"FunctionCode": code, "FunctionConfig": to_aws(inputs, CONFIGURATION)}

    @override
    def from_aws(self, found: Values, known: Values) -> Properties:
        return {**self.defaults, **from_aws(found["FunctionConfig"], CONFIGURATION)}

    @override
    def current(self, cloud: Cloud, resource_id: str, known: Values) -> Any:
        return self.call_unless_gone(cloud, self.read_call, Name=resource_id, Stage=STAGE)

    @override
    def computed(self, cloud: Cloud, resource_id: str, found: Values, known: Values) -> Properties:
        source = self.call(cloud, "get_function", Name=resource_id, Stage=STAGE)["FunctionCode"]
        return {"code": source.read().decode(), "publish": found["Status"] != "UNPUBLISHED"}

    @override
    def create(self, cloud: Cloud, inputs: Properties) -> str:
        name = super().create(cloud, inputs)
        self._publish(cloud, name, inputs)
        return name

    @override
    def update(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> None:
        super().update(cloud, resource_id, old, new)
        self._publish(cloud, resource_id, new)

    def _publish(self, cloud: Cloud, name: str, inputs: Properties) -> None:
        if inputs.get("publish", True):
            self.change(cloud, "publish_function", name, inputs, {})
