"""The contract of a resource type, as the provider calls it.

Properties are Pulumi's camelCase names and plain JSON values, so that the same code serves the driver (mocks)
and the Pulumi engine (gRPC). The types of AWS implement the contract through `provider.resource.Resource`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from provider.cloud import Cloud

Properties = dict[str, Any]
"""camelCase keys and JSON values. A file is `{"archive": {"path": str, "hash": str}}` or, if it is not an
archive, `{"asset": {...}}`; hash is the SHA-256 of its bytes in hexadecimal."""

type Values = Mapping[str, Any]
"""Properties, or members of a request or a response, that are only read."""


class ProviderError(Exception):
    """The provider cannot do what was requested; the text names the resource and the reason."""


@dataclass(frozen=True)
class AutoName:
    """The input that receives a generated name when the program gives none.

    Attributes:
        property: the input, such as `name`.
        limit: the maximum length of the name in characters, set by AWS.
        suffix: the required end of the name.
        prefix: the required start of the name, such as `alias/`.
        fifo: the input that, when true, makes `.fifo` the suffix.
    """

    property: str
    limit: int
    suffix: str = ""
    prefix: str = ""
    fifo: str = ""

    def given(self, inputs: Values) -> AutoName:
        """Return the rule for a resource with these inputs."""
        return replace(self, suffix=".fifo") if inputs.get(self.fifo) else self


class ResourceType(ABC):
    """One AWS resource type: how to create, read, update and delete it.

    Attributes:
        token: Pulumi's type token, such as `aws:dynamodb/table:Table`.
        inputs: every input of the type; any other input is an error that names it.
        replace_on: the inputs whose change replaces the resource.
        autoname: the input that receives a generated name when the program gives none.
    """

    token: ClassVar[str]
    inputs: ClassVar[frozenset[str]]
    replace_on: ClassVar[frozenset[str]] = frozenset()
    autoname: ClassVar[AutoName | None] = None

    @abstractmethod
    def create(self, cloud: Cloud, inputs: Properties) -> str:
        """Create the resource, wait until it is ready, and return its Pulumi ID."""

    @abstractmethod
    def read(self, cloud: Cloud, resource_id: str, known: Values) -> Properties | None:
        """Return the resource's outputs and the inputs that AWS returns; None when it does not exist.

        `known` holds the last known inputs and outputs: the source of keys that the ID does not contain.
        """

    @abstractmethod
    def update(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> None:
        """Update the resource in place from the inputs `old` to the inputs `new`, which differ."""

    @abstractmethod
    def delete(self, cloud: Cloud, resource_id: str, known: Values) -> None:
        """Delete the resource; one that does not exist is not an error."""

    @abstractmethod
    def find(self, cloud: Cloud, inputs: Properties) -> str | None:
        """Return the ID of the resource that a `create` with these inputs made; None when there is none.

        The provider calls this after a run that was interrupted between AWS's response and its record.
        """
