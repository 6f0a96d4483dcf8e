"""The provider: checks, compares, creates, reads, updates and deletes resources of every known type.

It knows neither the driver nor the Pulumi engine; both carry it.
"""

from __future__ import annotations

import difflib
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from provider.base import Properties, ProviderError, ResourceType
from provider.cloud import Cloud
from provider.naming import Naming
from provider.registry import TYPES


@dataclass(frozen=True)
class Diff:
    """What differs between two sets of inputs.

    Attributes:
        changed: the inputs that differ.
        replaces: those of them that make a new resource.
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
        """The provider with every type that it has."""
        return cls(cloud, naming, TYPES)

    def check(self, token: str, name: str, inputs: Properties, old: Properties | None) -> Properties:
        """The inputs, whole: without nulls, and named where the program gives no name.

        Raises:
            ProviderError: for a type or an input that is not known, or a name too long.
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
        """Which inputs changed, and which of those make a new resource."""
        changed = tuple(sorted(key for key in {*old, *new} if _plain(old.get(key)) != _plain(new.get(key))))
        return Diff(changed, tuple(key for key in changed if key in self._type(token).replace_on))

    def create(self, token: str, name: str, inputs: Properties) -> tuple[str, Properties]:
        """Make it; answer its id and its outputs."""
        with _errors(token, name):
            resource_id = self._type(token).create(self.cloud, inputs)
        return resource_id, self._outputs(token, name, resource_id, inputs)

    def read(self, token: str, name: str, resource_id: str, known: Properties) -> Properties | None:
        """What the cloud holds now; None when it is gone."""
        with _errors(token, name):
            return self._type(token).read(self.cloud, resource_id, known)

    def update(self, token: str, name: str, resource_id: str, old: Properties, new: Properties) -> Properties:
        """Change it in place; answer its outputs."""
        with _errors(token, name):
            self._type(token).update(self.cloud, resource_id, old, new)
        return self._outputs(token, name, resource_id, new)

    def delete(self, token: str, name: str, resource_id: str, known: Properties) -> None:
        """Remove it."""
        with _errors(token, name):
            self._type(token).delete(self.cloud, resource_id, known)

    def find(self, token: str, name: str, inputs: Properties) -> str | None:
        """The id of what stands where a `create` with these inputs would put it."""
        with _errors(token, name):
            return self._type(token).find(self.cloud, inputs)

    def _outputs(self, token: str, name: str, resource_id: str, inputs: Properties) -> Properties:
        outputs = self.read(token, name, resource_id, inputs)
        if outputs is None:
            raise ProviderError(f"{token} {name}: {resource_id} was made and is gone")
        return outputs

    def _type(self, token: str) -> ResourceType:
        kind = self.types.get(token)
        if kind is None:
            near = difflib.get_close_matches(token, self.types, n=1)
            hint = f"; nearest is {near[0]}" if near else ""
            raise ProviderError(f"{token}: the embedded cloud does not know this resource type{hint}")
        return kind


def is_archive(value: Any) -> bool:
    """Whether a property is an archive."""
    return isinstance(value, Mapping) and "archive" in value


def _plain(value: Any) -> Any:
    """A value as it compares: an archive is its bytes, wherever they lie."""
    return value["archive"]["hash"] if is_archive(value) else value


@contextmanager
def _errors(token: str, name: str) -> Generator[None]:
    """AWS's refusals with the resource that they are about."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except (ClientError, BotoCoreError, ProviderError) as error:
        raise ProviderError(f"{token} {name}: {error}") from error
