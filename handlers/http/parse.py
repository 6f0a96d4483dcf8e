"""Untrusted input as the struct that describes it, or every fault that it has."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, Literal, TypeVar, cast, get_args

import msgspec
from msgspec.structs import FieldInfo

from handlers.kit.errors import Fault, InvalidRequest

MOST_FAULTS = 20
"""No request is told of more."""
_LONGEST_NAME = 64

T = TypeVar("T", bound=msgspec.Struct)


def json_object(content: bytes) -> Mapping[str, Any]:
    """The object that a JSON document holds.

    Raises:
        InvalidRequest: where it is anything else; also where it is nested too deeply to be read.
    """
    try:
        document = msgspec.json.decode(content)
    except (ValueError, RecursionError):
        raise InvalidRequest([Fault("", "expected well-formed JSON in UTF-8")]) from None
    if not isinstance(document, dict):
        raise InvalidRequest([Fault("", "expected a JSON object")])
    return cast("dict[str, Any]", document)


def body(shape: type[T], content: bytes) -> T:
    """A JSON document as `shape`; faults are named by JSON pointer.

    Raises:
        InvalidRequest: with every fault.
    """
    given = json_object(content)
    return _filled(shape, given, "json", {name: f"/{_escaped(name)}" for name in (*given, *_fields(shape))})


def parameters(shape: type[T], given: Mapping[str, str]) -> T:
    """Path or query parameters as `shape`; none may be there that it does not know.

    Raises:
        InvalidRequest: with every fault.
    """
    return _filled(shape, given, "text", {name: name for name in (*given, *_fields(shape))})


def headers(shape: type[T], given: Mapping[str, str]) -> T:
    """The headers that `shape` knows, of all those given (by lower-case name).

    Raises:
        InvalidRequest: with every fault.
    """
    known = _fields(shape)
    return parameters(shape, {name: given[name.lower()] for name in known if name.lower() in given})


@cache
def _fields(shape: type[msgspec.Struct]) -> Mapping[str, FieldInfo]:
    return {field.encode_name: field for field in msgspec.structs.fields(shape)}


def _filled(
    shape: type[T], given: Mapping[str, Any], form: Literal["json", "text"], names: Mapping[str, str]
) -> T:
    known = _fields(shape)
    faults = [
        Fault(_shown(names[name]), f"unknown; expected {_listed(known)}")
        for name in given
        if name not in known
    ]
    values: dict[str, Any] = {}
    for name, field in known.items():
        try:
            if name in given:
                # Text may hold a number; JSON says itself what it holds.
                values[field.name] = msgspec.convert(given[name], field.type, strict=form == "json")
            elif field.required:
                faults.append(Fault(names[name], "missing"))
        except msgspec.ValidationError as error:
            faults.append(Fault(names[name], _expectation(field.type, str(error))))
    if faults:
        raise InvalidRequest(faults[:MOST_FAULTS])
    return shape(**values)


def _expectation(hint: Any, message: str) -> str:
    """What was expected, in words where a pattern would have to be read."""
    if "regex" in message and (description := _description(hint)):
        return f"expected {description}"
    return message[:1].lower() + message[1:].replace("`", "")


def _description(hint: Any) -> str | None:
    """The description that a type carries, or one of its alternatives."""
    for meta in getattr(hint, "__metadata__", ()):
        if isinstance(meta, msgspec.Meta) and meta.description:
            return meta.description
    found = (_description(part) for part in get_args(hint))
    return next((description for description in found if description), None)


def _listed(known: Mapping[str, FieldInfo]) -> str:
    return f"one of {', '.join(known)}" if known else "none"


def _shown(name: str) -> str:
    # A caller's own word comes back to it: cut, and without what no JSON can hold.
    return name[:_LONGEST_NAME].encode(errors="replace").decode()


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
