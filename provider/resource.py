"""The base of every AWS resource type: a type declares its fields and operations, the base calls boto3."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, ClassVar, NamedTuple, override

from provider.base import Properties, ProviderError, ResourceType, Values
from provider.cloud import Cloud
from provider.fields import Fields, Names, from_aws, to_aws
from provider.service import Service, Tags, tag_changes
from provider.shapes import unless_gone


class Listing(NamedTuple):
    """A paginated operation that lists the resources of a type.

    Attributes:
        operation: the boto3 operation.
        member: the member of its response that holds the list.
        within: its parameters, by the input that holds the value, such as `{"apiId": "ApiId"}`.
    """

    operation: str
    member: str
    within: Names


class Resource(ResourceType):
    """A resource type by declaration; a special type overrides single methods.

    Attributes:
        service: the AWS service.
        noun: the resource in boto3's operations, which replaces `{noun}` in the operations below.
        create_call: the operation that creates it; `read_call`, `update_call` and `delete_call` likewise.
        member: the member of the read response that holds the resource; empty for the whole response.
        absent: error codes that report a parent without this resource, beside the service's `not_found`.
        key: the request parameters that identify it: an input, or `id` for the Pulumi ID → AWS's parameter.
        id_format: the Pulumi ID as a pattern of inputs, such as `{role}:{name}`.
        id_from: the member of the create response that is the Pulumi ID, when AWS chooses it.
        fields: the inputs beside `key` and `tags` that the create and update operations take.
        outputs: other members of the read response to return.
        arn: the ARN as a pattern of inputs, `id`, `region` and `account`; empty when it has none.
        defaults: AWS's value of an input that the program does not state; an update restores it.
        read_defaults: values of inputs that AWS leaves out of its response.
        creates_with_defaults: whether `create` sends `defaults` too.
        updates_changes_only: whether `update` sends the inputs that differ; otherwise it sends all.
        exists_by_default: whether AWS creates it with its parent: `find` then compares every input.
        listing: how to list the resources, for a type whose ID cannot be derived from its inputs.
        identity: the inputs that identify a resource in that list.
    """

    service: ClassVar[Service]
    noun: ClassVar[str] = ""
    create_call: ClassVar[str] = "create_{noun}"
    read_call: ClassVar[str] = "get_{noun}"
    update_call: ClassVar[str] = "update_{noun}"
    delete_call: ClassVar[str] = "delete_{noun}"
    member: ClassVar[str] = ""
    absent: ClassVar[tuple[str, ...]] = ()
    key: ClassVar[Names] = {}
    id_format: ClassVar[str] = ""
    id_from: ClassVar[str] = ""
    fields: ClassVar[Fields] = {}
    outputs: ClassVar[Fields] = {}
    arn: ClassVar[str] = ""
    defaults: ClassVar[Properties] = {}
    read_defaults: ClassVar[Properties] = {}
    creates_with_defaults: ClassVar[bool] = False
    updates_changes_only: ClassVar[bool] = False
    exists_by_default: ClassVar[bool] = False
    listing: ClassVar[Listing | None] = None
    identity: ClassVar[frozenset[str]] = frozenset()

    # Conversion: what a special type overrides most

    def to_aws(self, inputs: Values) -> Properties:
        """Convert inputs to request parameters, without the key and the tags."""
        return to_aws(inputs, self.fields)

    def from_aws(self, found: Values, known: Values) -> Properties:
        """Convert a description of AWS to inputs, without the key and the tags."""
        return {**self.read_defaults, **from_aws(found, self.fields, known)}

    def computed(self, cloud: Cloud, resource_id: str, found: Values, known: Values) -> Properties:
        """Return outputs that the description does not contain."""
        return {}

    def create_request(self, inputs: Properties) -> Properties:
        """Return the parameters of the create operation."""
        key = {parameter: inputs[name] for name, parameter in self.key.items() if inputs.get(name)}
        settings = {**self.defaults, **inputs} if self.creates_with_defaults else inputs
        tags, given = self._tags, inputs.get("tags")
        tagged = {tags.create: tags.to_aws(given)} if tags and given else {}
        return {**key, **self.to_aws(settings), **tagged}

    def update_request(self, old: Properties, new: Properties) -> Properties:
        """Return the parameters of the update operation beside the key; none when nothing is to be sent."""
        settings = self.settings(old, new)
        return self.to_aws(settings) if settings else {}

    def settings(self, old: Properties, new: Properties) -> Properties:
        """Return the inputs that an update sends; an input that is no longer stated has its default."""
        fixed = {*self.replace_on, "tags"}
        whole = {key: value for key, value in {**self.defaults, **new}.items() if key not in fixed}
        if not self.updates_changes_only:
            return whole
        return {key: value for key, value in whole.items() if value != old.get(key, self.defaults.get(key))}

    # Identity

    def id_of(self, cloud: Cloud, inputs: Values) -> str:
        """Return the Pulumi ID of a resource with these inputs."""
        words = {"region": cloud.region, "account": cloud.account, **self.defaults, **inputs}
        return self.id_format.format_map(words)

    def identify(self, resource_id: str, known: Values) -> Properties:
        """Return the request parameters that identify the resource."""
        words = self._words(resource_id, known)
        return {parameter: words[name] for name, parameter in self.key.items() if words.get(name)}

    def arn_of(self, cloud: Cloud, resource_id: str, known: Values) -> str:
        """Return the ARN of the resource, by the pattern."""
        words = {**self._words(resource_id, known), "region": cloud.region, "account": cloud.account}
        return self.arn.format_map(words)

    # The operations

    @override
    def create(self, cloud: Cloud, inputs: Properties) -> str:
        response = self.call(cloud, self.create_call, **self.create_request(inputs))
        if self.id_from:
            return response.get(self.member, response)[self.id_from]
        return self.id_of(cloud, inputs)

    @override
    def read(self, cloud: Cloud, resource_id: str, known: Values) -> Properties | None:
        found = self.describe(cloud, resource_id, known)
        if found is None:
            return None
        words = self._words(resource_id, known)
        by_pattern = self.arn and "arn" not in self.outputs
        return {
            **({"arn": self.arn_of(cloud, resource_id, known)} if by_pattern else {}),
            **self.from_aws(found, known),
            **{name: words[name] for name in self.key if name in self.inputs and name in words},
            **from_aws(found, self.outputs),
            **self.computed(cloud, resource_id, found, known),
            **self.read_tags(cloud, resource_id, found, known),
        }

    @override
    def update(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> None:
        if request := self.update_request(old, new):
            self.call(cloud, self.update_call, **self.identify(resource_id, new), **request)
        self.update_tags(cloud, resource_id, old, new)

    @override
    def delete(self, cloud: Cloud, resource_id: str, known: Values) -> None:
        self.call_unless_gone(cloud, self.delete_call, **self.identify(resource_id, known))

    @override
    def find(self, cloud: Cloud, inputs: Properties) -> str | None:
        if self.listing:
            return self._newest(cloud, inputs, self.listing)
        resource_id = self.id_of(cloud, inputs)
        if self.exists_by_default:
            found = self.read(cloud, resource_id, inputs) or {}
            return resource_id if all(found.get(key) == value for key, value in inputs.items()) else None
        return None if self.describe(cloud, resource_id, inputs) is None else resource_id

    def describe(self, cloud: Cloud, resource_id: str, known: Values) -> Any:
        """Return AWS's description of the resource; None when it does not exist."""
        response = self.call_unless_gone(cloud, self.read_call, **self.identify(resource_id, known))
        return response[self.member] if response is not None and self.member else response

    def read_tags(self, cloud: Cloud, resource_id: str, found: Values, known: Values) -> Properties:
        """Return the tags as an output; none for a type without them."""
        tags = self._tags
        if tags is None:
            return {}
        if tags.read:
            found = self.call(cloud, tags.read, **self._tagged(cloud, resource_id, known, tags))
        return {"tags": tags.from_aws(found.get(tags.member))}

    def update_tags(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> None:
        """Update the tags of the resource from the inputs `old` to the inputs `new`."""
        tags = self._tags
        if tags is None:
            return
        to_set, to_remove = tag_changes(old, new)
        if to_set or to_remove:
            resource = self._tagged(cloud, resource_id, new, tags)
            if to_set:
                self.call(cloud, tags.write, **resource, **{tags.added: tags.to_aws(to_set)})
            if to_remove:
                self.call(cloud, tags.remove, **resource, **{tags.removed: tags.keys_to_aws(to_remove)})

    def first_that_reads_as(self, cloud: Cloud, ids: Iterable[str], inputs: Properties) -> str | None:
        """Return the first ID whose resource reads as these inputs, for a type that has no names."""
        return next((each for each in ids if self._reads_as(cloud, each, inputs)), None)

    # Calls

    def call(self, cloud: Cloud, operation: str, **parameters: Any) -> Any:
        """Call an operation of the service; `{noun}` in its name is replaced."""
        return self._operation(cloud, operation)(**parameters)

    def call_unless_gone(self, cloud: Cloud, operation: str, **parameters: Any) -> Any:
        """Call an operation of the service; return None when the resource does not exist."""
        return unless_gone(
            self._operation(cloud, operation), self.service.not_found, *self.absent, **parameters
        )

    def list_all(self, cloud: Cloud, operation: str, member: str, **parameters: Any) -> list[Any]:
        """Return the entries of every page of an operation; none when the parent does not exist."""
        pages = cloud.client(self.service.name).get_paginator(operation).paginate(**parameters)
        found: Any = unless_gone(pages.build_full_result, self.service.not_found) or {}
        return found.get(member, [])

    def _operation(self, cloud: Cloud, operation: str) -> Any:
        return getattr(cloud.client(self.service.name), operation.format(noun=self.noun))

    @property
    def _tags(self) -> Tags | None:
        return self.service.tags if "tags" in self.inputs else None

    def _tagged(self, cloud: Cloud, resource_id: str, known: Values, tags: Tags) -> Properties:
        if tags.arn:
            return {tags.arn: self.arn_of(cloud, resource_id, known)}
        return self.identify(resource_id, known)

    def _words(self, resource_id: str, known: Values) -> Properties:
        """Return the values for the key and the ARN: what is known, the parts of the ID, and the ID."""
        parts = parse_id(self.id_format, resource_id) if self.id_format else {}
        return {**known, **parts, "id": resource_id}

    def _reads_as(self, cloud: Cloud, resource_id: str, inputs: Properties) -> bool:
        found = self.read(cloud, resource_id, inputs)
        return found is not None and all(found[key] == inputs[key] for key in inputs.keys() & found.keys())

    def _newest(self, cloud: Cloud, inputs: Properties, listing: Listing) -> str | None:
        """Return the ID of the newest resource in the list that has the identity of these inputs."""
        within = {parameter: inputs[name] for name, parameter in listing.within.items()}
        found = self.list_all(cloud, listing.operation, listing.member, **within)
        return next((each[self.id_from] for each in reversed(found) if self._matches(each, inputs)), None)

    def _matches(self, found: Values, inputs: Properties) -> bool:
        properties = self.from_aws(found, inputs)
        comparable = self.identity & properties.keys()
        return all(properties[key] == inputs.get(key, self.defaults.get(key)) for key in comparable)


def parse_id(pattern: str, resource_id: str) -> dict[str, str]:
    """Return the parts of an ID by name; a separator splits where it first occurs.

    Raises:
        ProviderError: when the ID does not have the form of the pattern.
    """
    expression = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.*?)", re.escape(pattern))
    match = re.fullmatch(expression, resource_id)
    if match is None:
        raise ProviderError(f"{resource_id}: expected an ID of the form {pattern}")
    return match.groupdict()
