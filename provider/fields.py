"""Fields: the name and shape of each input in AWS's API.

A type lists its fields as Pulumi's name → AWS's name. A field whose value differs as well is an instance of a
class below: `{"name": "QueueName", "delaySeconds": Number("DelaySeconds")}`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast, override

from provider.base import Properties, ProviderError, Values
from provider.shapes import camel, document, for_loopback, pascal, policy_document


@dataclass(frozen=True)
class Field:
    """An input with the same value on both sides.

    Attributes:
        name: AWS's name.
    """

    name: str

    def to_aws(self, value: Any) -> Any:
        """Convert Pulumi's value to AWS's."""
        return value

    def from_aws(self, value: Any, known: Any) -> Any:
        """Convert AWS's value to Pulumi's; `known` is the last known value, or None."""
        del known
        return value


type Names = Mapping[str, str]
"""AWS's names by Pulumi's."""

type Fields = Mapping[str, str | Field]
"""The fields of a type or a block, by Pulumi's name."""


class Number(Field):
    """A whole number that AWS holds as text."""

    @override
    def to_aws(self, value: Any) -> Any:
        return str(value)

    @override
    def from_aws(self, value: Any, known: Any) -> Any:
        return int(value)


class Flag(Field):
    """A Boolean that AWS holds as text."""

    @override
    def to_aws(self, value: Any) -> Any:
        return json.dumps(value)

    @override
    def from_aws(self, value: Any, known: Any) -> Any:
        return value == "true"


class Document(Field):
    """A JSON document as text; it reads as the program wrote it while its meaning is the same."""

    @override
    def from_aws(self, value: Any, known: Any) -> Any:
        return document(value, known) if value else value


class Policy(Field):
    """A policy, without the statements that the embedded cloud cannot enforce (see `for_loopback`)."""

    @override
    def to_aws(self, value: Any) -> Any:
        return for_loopback(value) if value else value

    @override
    def from_aws(self, value: Any, known: Any) -> Any:
        return policy_document(value, known) if value else value


@dataclass(frozen=True)
class Block(Field):
    """An input with keys of its own, or a list of such.

    Attributes:
        fields: the inner fields, a closed set; None when each is AWS's PascalCase name in camelCase.
    """

    fields: Fields | None = None

    @override
    def to_aws(self, value: Any) -> Any:
        """Convert the block.

        Raises:
            ProviderError: for a key that is not one of the fields.
        """
        if isinstance(value, list):
            return [self.to_aws(item) for item in cast("list[Any]", value)]
        if self.fields is None:
            return pascal(value)
        unknown = sorted(value.keys() - self.fields.keys())
        if unknown:
            raise ProviderError(f"unknown {', '.join(unknown)}; known are {', '.join(sorted(self.fields))}")
        return to_aws(value, self.fields)

    @override
    def from_aws(self, value: Any, known: Any) -> Any:
        if isinstance(value, list):
            return [self.from_aws(item, None) for item in cast("list[Any]", value)]
        return camel(value) if self.fields is None else from_aws(value, self.fields, known or {})


def to_aws(inputs: Values, fields: Fields) -> Properties:
    """Convert the inputs that are given to AWS's names and values; others than `fields` are left out.

    Raises:
        ProviderError: for an unknown key of a block; the text holds the path to it.
    """
    request: Properties = {}
    for key, field in _fields(fields).items():
        if inputs.get(key) is not None:
            try:
                request[field.name] = field.to_aws(inputs[key])
            except ProviderError as error:
                raise ProviderError(f"{key}: {error}") from error
    return request


def from_aws(response: Values, fields: Fields, known: Values | None = None) -> Properties:
    """Convert the members of a response to Pulumi's names and values; missing members are left out."""
    return {
        key: field.from_aws(response[field.name], (known or {}).get(key))
        for key, field in _fields(fields).items()
        if response.get(field.name) is not None
    }


def pascal_names(*keys: str) -> dict[str, str]:
    """Return the fields whose names in AWS are the same in PascalCase."""
    return {key: pascal_key(key) for key in keys}


def pascal_key(key: str) -> str:
    """Return the key in PascalCase."""
    return key[:1].upper() + key[1:]


def _fields(fields: Fields) -> dict[str, Field]:
    return {key: Field(field) if isinstance(field, str) else field for key, field in fields.items()}
