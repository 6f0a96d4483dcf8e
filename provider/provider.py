"""The provider: validates, compares, creates, reads, updates and deletes resources of every known type.

It knows neither the driver nor the Pulumi engine, which both use it.
"""

from __future__ import annotations

import difflib
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, cast

from provider.base import Properties, ProviderError, ResourceType
from provider.cloud import Cloud
from provider.naming import Naming
from provider.registry import TYPES

FILES = ("archive", "asset")
"""The keys that mark a property as a file."""


@dataclass(frozen=True)
class Diff:
    """The difference between two sets of inputs.

    Attributes:
        changed: the inputs that differ.
        replaces: those of them that replace the resource.
    """

    changed: tuple[str, ...]
    replaces: tuple[str, ...]


@dataclass(frozen=True)
class Provider:
    """All resource types against one cloud."""

    cloud: Cloud
    naming: Naming
    types: Mapping[str, ResourceType]

    @classmethod
    def of(cls, cloud: Cloud, naming: Naming) -> Provider:
        """Return the provider with every registered type."""
        return cls(cloud, naming, TYPES)

    def check(self, token: str, name: str, inputs: Properties, old: Properties | None) -> Properties:
        """Return the inputs without nulls, with a generated name if the program gives none.

        Raises:
            ProviderError: for an unknown type or input, or for a name that is too long.
        """
        kind = self._type(token)
        given = {key: value for key, value in inputs.items() if value is not None}
        unknown = sorted(set(given) - kind.inputs)
        if unknown:
            raise ProviderError(
                f"{token} {name}: the embedded cloud does not know the input {', '.join(unknown)}: "
                f"expected some of {', '.join(sorted(kind.inputs))}"
            )
        rule = kind.autoname
        if rule and rule.property not in given:
            kept = (old or {}).get(rule.property)
            given[rule.property] = kept or self.naming.propose(name, rule.given(given))
        return given

    def diff(self, token: str, old: Properties, new: Properties) -> Diff:
        """Return the inputs that differ, and those of them that replace the resource."""
        changed = tuple(
            sorted(key for key in {*old, *new} if _comparable(old.get(key)) != _comparable(new.get(key)))
        )
        return Diff(changed, tuple(key for key in changed if key in self._type(token).replace_on))

    def create(self, token: str, name: str, inputs: Properties) -> tuple[str, Properties]:
        """Create the resource and return its ID and its outputs."""
        with _errors(token, name):
            resource_id = self._type(token).create(self.cloud, inputs)
        return resource_id, self._outputs(token, name, resource_id, inputs)

    def read(self, token: str, name: str, resource_id: str, known: Properties) -> Properties | None:
        """Return the resource's current properties; None when it does not exist."""
        with _errors(token, name):
            return self._type(token).read(self.cloud, resource_id, known)

    def update(self, token: str, name: str, resource_id: str, old: Properties, new: Properties) -> Properties:
        """Update the resource in place and return its outputs."""
        with _errors(token, name):
            self._type(token).update(self.cloud, resource_id, old, new)
        return self._outputs(token, name, resource_id, new)

    def delete(self, token: str, name: str, resource_id: str, known: Properties) -> None:
        """Delete the resource."""
        with _errors(token, name):
            self._type(token).delete(self.cloud, resource_id, known)

    def find(self, token: str, name: str, inputs: Properties) -> str | None:
        """Return the ID of the existing resource that a `create` with these inputs would have made."""
        with _errors(token, name):
            return self._type(token).find(self.cloud, inputs)

    def _outputs(self, token: str, name: str, resource_id: str, inputs: Properties) -> Properties:
        outputs = self.read(token, name, resource_id, inputs)
        if outputs is None:
            raise ProviderError(
                f"{token} {name}: {resource_id} no longer exists after it was created or updated"
            )
        return outputs

    def _type(self, token: str) -> ResourceType:
        kind = self.types.get(token)
        if kind is None:
            near = difflib.get_close_matches(token, self.types, n=1)
            hint = f"; nearest is {near[0]}" if near else ""
            raise ProviderError(f"{token}: the embedded cloud does not know this resource type{hint}")
        return kind


def file_of(value: Any) -> Mapping[str, str] | None:
    """Return the path and the hash of a property that is a file; None for any other."""
    if not isinstance(value, Mapping):
        return None
    members = cast("Mapping[str, Any]", value)
    return next((members[kind] for kind in FILES if kind in members), None)


def _comparable(value: Any) -> Any:
    """Return the value, or the hash of a file: its path does not matter."""
    file = file_of(value)
    return file["hash"] if file else value


@contextmanager
def _errors(token: str, name: str) -> Generator[None]:
    """Add the resource to the text of an AWS error."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except (ClientError, BotoCoreError, ProviderError) as error:
        raise ProviderError(f"{token} {name}: {error}") from error
