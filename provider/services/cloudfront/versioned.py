"""The base of CloudFront's types: an update and a deletion name the version that they change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, override

from provider.base import Properties, Values
from provider.cloud import Cloud
from provider.fields import Field, Names
from provider.resource import Resource
from provider.services.cloudfront import SERVICE

PLAIN = Field("")
"""A value that is the same on both sides."""


@dataclass(frozen=True)
class Items(Field):
    """A list, which CloudFront holds in the member `Items` beside its length.

    Attributes:
        of: how to convert each entry.
    """

    of: Field = PLAIN

    @override
    def to_aws(self, value: Any) -> Any:
        return {"Quantity": len(value), "Items": [self.of.to_aws(item) for item in value]}

    @override
    def from_aws(self, value: Any, known: Any) -> Any:
        return [self.of.from_aws(item, None) for item in value.get("Items", [])]


class Versioned(Resource):
    """A resource with a version (ETag), which AWS returns when it is read."""

    service = SERVICE

    @override
    def describe(self, cloud: Cloud, resource_id: str, known: Values) -> Any:
        found = self.current(cloud, resource_id, known)
        return found and found[self.member]

    @override
    def update(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> None:
        if request := self.update_request(old, new):
            self.change(cloud, self.update_call, resource_id, new, request)
        self.update_tags(cloud, resource_id, old, new)

    @override
    def delete(self, cloud: Cloud, resource_id: str, known: Values) -> None:
        if self.current(cloud, resource_id, known):
            self.change(cloud, self.delete_call, resource_id, known, {})

    def change(
        self, cloud: Cloud, operation: str, resource_id: str, known: Values, request: Properties
    ) -> None:
        """Call an operation on the current version."""
        version = self.current(cloud, resource_id, known)["ETag"]
        self.call(cloud, operation, **self.identify(resource_id, known), IfMatch=version, **request)

    def current(self, cloud: Cloud, resource_id: str, known: Values) -> Any:
        """Return AWS's response with the description and its version; None when it does not exist."""
        return self.call_unless_gone(cloud, self.read_call, **self.identify(resource_id, known))


class Configured(Versioned):
    """A resource whose settings are one object, in requests and in its description; AWS chooses its ID.

    Attributes:
        configuration: the object's name.
        list_call: the operation that lists the resources.
        list_member: the member of its response that holds the list.
    """

    key: ClassVar[Names] = {"id": "Id"}
    id_from = "Id"
    configuration: ClassVar[str]
    list_call: ClassVar[str]
    list_member: ClassVar[str]

    @override
    def to_aws(self, inputs: Values) -> Properties:
        return {self.configuration: super().to_aws(inputs)}

    @override
    def from_aws(self, found: Values, known: Values) -> Properties:
        return super().from_aws(found[self.configuration], known)

    @override
    def find(self, cloud: Cloud, inputs: Properties) -> str | None:
        listed = self.call(cloud, self.list_call)[self.list_member].get("Items", [])
        return self.first_that_reads_as(cloud, map(self.listed_id, reversed(listed)), inputs)

    def listed_id(self, entry: Values) -> str:
        """Return the ID of an entry in the list."""
        return entry["Id"]
