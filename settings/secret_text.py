"""The type of a secret in the stack config, and where a model holds values of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, cast, get_args

from pydantic import BaseModel, GetCoreSchemaHandler
from pydantic.alias_generators import to_camel
from pydantic_core import CoreSchema, core_schema

from settings.annotations import member, section_of

HIDDEN = "(hidden)"


class SecretText(str):
    """A secret from the encrypted stack config: at least one character, masked by `repr`.

    A stack file must encrypt every field of this type, and no error shows its value.
    """

    __slots__ = ()

    def __repr__(self) -> str:
        return repr(HIDDEN)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Return the schema that pydantic validates with."""
        del source, handler
        return core_schema.no_info_after_validator_function(
            cls, core_schema.str_schema(min_length=1, strict=True)
        )


def secret_paths(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Yield the path of each secret in a model, at any depth, with names as a stack file spells them."""
    if isinstance(value, SecretText):
        yield path
    for name, item in _items(value):
        yield from secret_paths(item, (*path, name))


def may_be_secret(model: type[BaseModel], path: tuple[str, ...], value: Any) -> bool:
    """Return whether a rejected value may be, or contain, a secret.

    Any value in a section that holds a secret may be that secret: a name may be misspelled, or two values
    swapped. An unknown name may be a misspelled section that holds one.
    """
    annotation: Any = model
    for depth, part in enumerate(path):
        inner = member(annotation, part)
        if inner is None:
            # At the top of the config, text that is not an object is not a section.
            is_section = depth > 0 or (isinstance(value, str) and value.startswith(("{", "[")))
            return is_section and _holds_secret(annotation)
        if depth == len(path) - 1:
            return _holds_secret(inner) or _has_secret_field(annotation)
        annotation = inner
    return False


def _items(value: Any) -> list[tuple[str, Any]]:
    if isinstance(value, BaseModel):
        return [(to_camel(name), getattr(value, name)) for name in type(value).model_fields]
    if isinstance(value, Mapping):
        return list(cast("Mapping[str, Any]", value).items())
    if isinstance(value, tuple):
        return [(str(number), item) for number, item in enumerate(cast("tuple[Any, ...]", value))]
    return []


def _holds_secret(annotation: Any) -> bool:
    """Return whether a type is a secret or has one at any depth."""
    section = section_of(annotation)
    inner = [field.annotation for field in section.model_fields.values()] if section else get_args(annotation)
    return annotation is SecretText or any(map(_holds_secret, inner))


def _has_secret_field(annotation: Any) -> bool:
    """Return whether a section has a secret among its own fields."""
    section = section_of(annotation)
    fields = section.model_fields.values() if section else ()
    return any(SecretText in (field.annotation, *get_args(field.annotation)) for field in fields)
