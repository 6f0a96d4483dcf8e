"""What EventBridge knows by a name: buses, archives, connections and API destinations live alike."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, override

from provider.base import Properties, ResourceType
from provider.cloud import Cloud
from provider.shapes import camel, pascal, unless_gone

GONE = "ResourceNotFoundException"


class Named(ResourceType):
    """A resource whose name is its id.

    Attributes:
        noun: what boto3's methods call it, as in `create_archive`.
        name_key: what AWS calls its name.
        arn_key: what AWS calls its ARN.
        defaults: what AWS takes for an input that is not stated.
    """

    noun: ClassVar[str]
    name_key: ClassVar[str] = "Name"
    arn_key: ClassVar[str]
    defaults: ClassVar[Properties]
    replace_on = frozenset({"name"})

    def arguments(self, settings: Properties) -> Properties:
        """The inputs beside name and tags, as boto3 takes them."""
        return pascal(settings)

    def settings(self, answer: Mapping[str, Any], known: Mapping[str, Any]) -> Properties:
        """The inputs beside name and tags that an answer of AWS tells."""
        told: Properties = {**self.defaults, **camel(answer)}
        return {key: told[key] for key in self.inputs if told.get(key) not in (None, {})}

    @override
    def create(self, cloud: Cloud, inputs: Properties) -> str:
        name: str = inputs["name"]
        stated = {key: value for key, value in inputs.items() if key not in ("name", "tags")}
        self._method(cloud, "create")(**{self.name_key: name}, **self.arguments(stated))
        return name

    @override
    def read(self, cloud: Cloud, resource_id: str, known: Mapping[str, Any]) -> Properties | None:
        answer = unless_gone(self._method(cloud, "describe"), GONE, **{self.name_key: resource_id})
        if answer is None:
            return None
        return {**self.settings(answer, known), "name": resource_id, "arn": answer[self.arn_key]}

    @override
    def update(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> None:
        """State every setting that can change: what is no longer given goes back to its default."""
        fixed = {*self.replace_on, "tags"}
        whole = {key: value for key, value in {**self.defaults, **new}.items() if key not in fixed}
        self._method(cloud, "update")(**{self.name_key: resource_id}, **self.arguments(whole))

    @override
    def delete(self, cloud: Cloud, resource_id: str, known: Mapping[str, Any]) -> None:
        unless_gone(self._method(cloud, "delete"), GONE, **{self.name_key: resource_id})

    @override
    def find(self, cloud: Cloud, inputs: Properties) -> str | None:
        return inputs["name"] if self.read(cloud, inputs["name"], inputs) else None

    def _method(self, cloud: Cloud, verb: str) -> Any:
        return getattr(cloud.client("events"), f"{verb}_{self.noun}")
