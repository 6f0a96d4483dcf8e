"""Attributes, as SQS and SNS have them: texts under names, whatever they mean."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, override

from provider.base import Properties
from provider.shapes import document, for_loopback, policy_document


@dataclass(frozen=True)
class Attribute:
    """An input that is a text on both sides.

    Attributes:
        name: AWS's own.
        default: what AWS holds where nothing is said; None leaves the attribute as it is.
        shared: whether a resource of its own may hold it: then it is told only where the inputs state it.
    """

    name: str
    default: str | None = ""
    shared: bool = False

    def write(self, value: Any) -> str:
        """The input's value as AWS takes it."""
        return value

    def read(self, text: str, known: Any) -> Any:
        """What AWS tells, as the input's value."""
        del known
        return text


class Number(Attribute):
    """An input that is a whole number."""

    @override
    def write(self, value: Any) -> str:
        return str(value)

    @override
    def read(self, text: str, known: Any) -> Any:
        return int(text)


class Flag(Attribute):
    """An input that is true or false."""

    @override
    def write(self, value: Any) -> str:
        return json.dumps(value)

    @override
    def read(self, text: str, known: Any) -> Any:
        return text == "true"


class Document(Attribute):
    """An input that is JSON as text: told as it was written while it means the same."""

    @override
    def read(self, text: str, known: Any) -> Any:
        return document(text, known) if text else text


class Policy(Attribute):
    """An input that is a policy, without what the embedded cloud cannot live with."""

    @override
    def write(self, value: Any) -> str:
        return for_loopback(value) if value else value

    @override
    def read(self, text: str, known: Any) -> Any:
        return policy_document(text, known) if text else text


def changes(
    attributes: Mapping[str, Attribute], old: Mapping[str, Any], new: Mapping[str, Any]
) -> dict[str, str]:
    """The attributes, as AWS takes them, that lead from the inputs `old` to the inputs `new`."""
    found: dict[str, str] = {}
    for key, attribute in attributes.items():
        before, after = old.get(key), new.get(key)
        text = attribute.default if after is None else attribute.write(after)
        if before != after and text is not None:
            found[attribute.name] = text
    return found


def properties(
    attributes: Mapping[str, Attribute], found: Mapping[str, str], known: Mapping[str, Any]
) -> Properties:
    """What was found, under Pulumi's names, with AWS's default for each that it leaves out."""
    told: Properties = {}
    for key, attribute in attributes.items():
        text = found.get(attribute.name, attribute.default)
        stated = known.get(key)
        if text is not None and (stated or not attribute.shared):
            told[key] = attribute.read(text, stated)
    return told
