"""What the things that a user pool holds under a name have in common."""

from __future__ import annotations

from abc import ABC
from collections.abc import Mapping
from typing import Any, ClassVar, override

from provider.base import Properties, ResourceType
from provider.cloud import Cloud
from provider.shapes import unless_gone

GONE = "ResourceNotFoundException"
"""What AWS answers when the thing, or the pool that held it, is not there."""


class InPool(ResourceType, ABC):
    """Something in a user pool that has a name of its own there.

    Attributes:
        separator: what stands between the pool's id and the name in the Pulumi id.
        key: the input that holds the name.
        parameter: AWS's name for that.
        reader: the operation that reads it.
        result: what the reader's answer calls it.
        deleter: the operation that deletes it.
    """

    separator: ClassVar[str]
    key: ClassVar[str]
    parameter: ClassVar[str]
    reader: ClassVar[str]
    result: ClassVar[str]
    deleter: ClassVar[str]

    @override
    def delete(self, cloud: Cloud, resource_id: str, known: Mapping[str, Any]) -> None:
        delete = getattr(cloud.client("cognito-idp"), self.deleter)
        unless_gone(delete, GONE, **self.address(resource_id))

    @override
    def find(self, cloud: Cloud, inputs: Properties) -> str | None:
        resource_id = self.id_of(inputs)
        return resource_id if self.describe(cloud, resource_id) else None

    def describe(self, cloud: Cloud, resource_id: str) -> Any:
        """What AWS says about it; None when it is gone."""
        describe = getattr(cloud.client("cognito-idp"), self.reader)
        answer = unless_gone(describe, GONE, **self.address(resource_id))
        return answer and answer[self.result]

    def id_of(self, inputs: Properties) -> str:
        """The Pulumi id of what these inputs describe."""
        return f"{inputs['userPoolId']}{self.separator}{inputs[self.key]}"

    def address(self, resource_id: str) -> dict[str, str]:
        """The parameters that name it in every call."""
        pool_id, _, name = resource_id.partition(self.separator)
        return {"UserPoolId": pool_id, self.parameter: name}
