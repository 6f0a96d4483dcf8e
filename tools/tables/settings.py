"""The table of the keys of the stack config, for docs/configuration.md."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum
from types import NoneType
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel
from pydantic.alias_generators import to_camel
from pydantic.fields import FieldInfo

from settings import SecretText, Settings
from settings.annotations import section_of
from settings.environments import DEFAULTS, REQUIRED
from settings.messages import NAMESPACE
from tools.tables.markdown import attributes, code, table

AWS_KEYS = {"region": "aws:region", "endpoint": "aws:endpoints"}
"""Keys in the namespace of the AWS provider."""
DEFAULTS_AT_LOAD = {"auth.groups": "`admins` with every scope"}
"""Defaults that depend on what the program declares."""


def settings() -> str:
    """Return the table of keys, each with its type, its default and its meaning."""
    return table(("key", "type", "default", "meaning"), rows(Settings))


def rows(section: type[BaseModel], prefix: str = "") -> Iterator[tuple[str, ...]]:
    """Yield the rows of a section's keys, including those of its sections and of each entry in its dicts.

    Raises:
        ValueError: if a field has no description in its class's docstring.
    """
    described = attributes(section)
    for name, field in section.model_fields.items():
        key = prefix + to_camel(name)
        inner = section_of(field.annotation)
        if inner:
            yield from rows(inner, f"{key}.")
            continue
        if name not in described:
            raise ValueError(f"{section.__name__}.{name}: expected a description below Attributes")
        full = AWS_KEYS.get(key, f"{NAMESPACE}:{key}")
        yield code(full), kind(field.annotation, field.metadata), default(key, field), described[name]
        entry = section_of(get_args(field.annotation)[1]) if get_origin(field.annotation) is dict else None
        if entry:
            yield from rows(entry, f"{key}.<name>.")


def kind(annotation: Any, metadata: Sequence[Any] = ()) -> str:
    """Return the type of a field's values, or their choices and limits."""
    arguments = [each for each in get_args(annotation) if each not in (NoneType, Ellipsis)]
    match get_origin(annotation):
        case origin if origin is Literal:
            return ", ".join(map(code, arguments))
        case origin if origin is tuple:
            return f"list of {kind(arguments[0])}"
        case origin if origin is dict:
            return "object, by name" if section_of(arguments[1]) else f"{kind(arguments[1])}, by name"
        case None:
            return _plain(annotation, metadata)
        case _:  # X | None, or Annotated[X, ...]
            return kind(arguments[0], metadata)


def default(key: str, field: FieldInfo) -> str:
    """Return the default of a key; if environment classes differ, all their defaults in order."""
    if key in DEFAULTS_AT_LOAD:
        return DEFAULTS_AT_LOAD[key]
    if key in DEFAULTS:
        values = [_value(value) for value in DEFAULTS[key]]
        return values[0] if len(set(values)) == 1 else " / ".join(values)
    return "required" if field.is_required() else _value(field.default)


def _plain(annotation: type, metadata: Sequence[Any]) -> str:
    if issubclass(annotation, StrEnum):
        return ", ".join(code(each.value) for each in annotation)
    if annotation is bool:
        return "`true`, `false`"
    if annotation in (int, float):
        return _range(metadata)
    return "text, encrypted" if issubclass(annotation, SecretText) else "text"


def _range(metadata: Sequence[Any]) -> str:
    names = ("ge", "gt", "le")
    limits = {name: getattr(each, name) for each in metadata for name in names if hasattr(each, name)}
    low = f"{limits['ge']} to " if "ge" in limits else f"more than {limits['gt']}, at most "
    return f"{low}{limits['le']}" if "le" in limits else f"{limits['ge']} or more"


def _value(value: Any) -> str:
    match value:
        case _ if value is REQUIRED:
            return "required"
        case bool():
            return code(str(value).lower())
        case float():
            return code(f"{value:g}")
        case _:
            return "none" if value is None or value in ({}, ()) else code(value)
