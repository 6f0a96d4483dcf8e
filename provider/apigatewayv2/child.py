"""What hangs on an API: stages, routes, integrations and authorizers live alike."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, override

from provider.apigatewayv2.settings import changes
from provider.base import Properties, ResourceType
from provider.cloud import Cloud
from provider.shapes import arguments, told, unless_gone


class Child(ResourceType):
    """A resource that hangs on the API in its input `apiId`, and goes with it.

    Attributes:
        noun: what boto3's methods call it, as in `create_route`.
        key: what AWS calls its id, such as `RouteId`.
        names: AWS's name of each input.
        identity: the inputs by which it is known among its siblings.
        defaults: what AWS takes for an input that is not stated.
    """

    noun: ClassVar[str]
    key: ClassVar[str]
    names: ClassVar[Mapping[str, str]]
    identity: ClassVar[frozenset[str]]
    defaults: ClassVar[Properties]
    replace_on = frozenset({"apiId"})

    def arguments(self, inputs: Properties) -> Properties:
        """The inputs as boto3 takes them."""
        return arguments(inputs, self.names)

    def properties(self, answer: Mapping[str, Any]) -> Properties:
        """The inputs that an answer of AWS tells."""
        return told(answer, self.names)

    @override
    def create(self, cloud: Cloud, inputs: Properties) -> str:
        return self._method(cloud, "create")(**self.arguments(inputs))[self.key]

    @override
    def read(self, cloud: Cloud, resource_id: str, known: Mapping[str, Any]) -> Properties | None:
        get = self._method(cloud, "get")
        answer = unless_gone(get, "NotFoundException", **self._where(resource_id, known))
        return None if answer is None else {"apiId": known["apiId"], **self.properties(answer)}

    @override
    def update(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> None:
        if changed := changes(old, new, self.defaults):
            update = self._method(cloud, "update")
            update(**self._where(resource_id, new), **self.arguments(changed))

    @override
    def delete(self, cloud: Cloud, resource_id: str, known: Mapping[str, Any]) -> None:
        delete = self._method(cloud, "delete")
        unless_gone(delete, "NotFoundException", **self._where(resource_id, known))

    @override
    def find(self, cloud: Cloud, inputs: Properties) -> str | None:
        """The youngest on the API that has the same identity."""
        pages = (
            cloud.client("apigatewayv2").get_paginator(f"get_{self.noun}s").paginate(ApiId=inputs["apiId"])
        )
        answer = unless_gone(pages.build_full_result, "NotFoundException")
        siblings: list[Any] = answer["Items"] if answer else []
        return next((each[self.key] for each in reversed(siblings) if self._is(each, inputs)), None)

    def _is(self, answer: Mapping[str, Any], inputs: Properties) -> bool:
        found = self.properties(answer)
        comparable = self.identity & found.keys()
        return all(found[key] == inputs.get(key, self.defaults.get(key)) for key in comparable)

    def _where(self, resource_id: str, known: Mapping[str, Any]) -> dict[str, str]:
        return {"ApiId": known["apiId"], self.key: resource_id}

    def _method(self, cloud: Cloud, verb: str) -> Any:
        return getattr(cloud.client("apigatewayv2"), f"{verb}_{self.noun}")
