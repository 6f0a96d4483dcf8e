"""What a resource type of the embedded cloud must say about itself.

One module an AWS service holds that service's types; each is a `ResourceType` with a closed list of
inputs, the inputs whose change replaces it, and five operations written with boto3. Properties are
Pulumi's own camelCase names and plain JSON values, so that the same code serves the driver (mocks)
and the Pulumi engine (gRPC).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from provider.cloud import Cloud

Properties = dict[str, Any]
"""camelCase keys and JSON values. An archive is `{"archive": {"path": str, "hash": str}}`, where
hash is the SHA-256 of the file's bytes in hexadecimal."""


class ProviderError(Exception):
    """The provider cannot do what was asked; the text names the resource and the reason."""


@dataclass(frozen=True)
class AutoName:
    """The input that is given a generated name where the program states none.

    Attributes:
        property: the input's name, such as `name`.
        limit: the longest name that AWS takes, in characters.
        suffix: what must end the name.
        prefix: what must begin it, such as `alias/`.
        fifo: the input that, when true, makes `.fifo` the suffix.
    """

    property: str
    limit: int
    suffix: str = ""
    prefix: str = ""
    fifo: str = ""

    def given(self, inputs: Mapping[str, Any]) -> AutoName:
        """The rule as it is for a resource with these inputs."""
        return replace(self, suffix=".fifo") if inputs.get(self.fifo) else self


class ResourceType(ABC):
    """One AWS resource type: how to create, read, update and delete it.

    Attributes:
        token: Pulumi's type token, such as `aws:dynamodb/table:Table`.
        inputs: every input it takes; any other is an error that names it.
        replace_on: the inputs whose change makes a new resource.
        autoname: the input that is named for the program where it gives no name.
    """

    token: ClassVar[str]
    inputs: ClassVar[frozenset[str]]
    replace_on: ClassVar[frozenset[str]] = frozenset()
    autoname: ClassVar[AutoName | None] = None

    @abstractmethod
    def create(self, cloud: Cloud, inputs: Properties) -> str:
        """Make the resource, wait until it can be used, and answer its Pulumi id."""

    @abstractmethod
    def read(self, cloud: Cloud, resource_id: str, known: Mapping[str, Any]) -> Properties | None:
        """What AWS holds now: outputs and, where AWS tells them, inputs; None when it is gone.

        `known` is what was last known (inputs and outputs): for keys that the id does not carry.
        """

    @abstractmethod
    def update(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> None:
        """Change it in place from the inputs `old` to the inputs `new`; called only when they differ."""

    @abstractmethod
    def delete(self, cloud: Cloud, resource_id: str, known: Mapping[str, Any]) -> None:
        """Remove it; one that is gone already is no error."""

    @abstractmethod
    def find(self, cloud: Cloud, inputs: Properties) -> str | None:
        """The id of the resource that a `create` with these inputs made, if it did.

        Called after a run that was cut off between AWS's answer and the record of it.
        """
