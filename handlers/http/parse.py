"""Untrusted input as the struct that describes it, or every fault that it has."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from types import UnionType
from typing import Any, TypeGuard, cast, get_args

import msgspec
from msgspec.structs import FieldInfo

from handlers.kit.errors import Fault, InvalidRequest

MOST_FAULTS = 20
"""No request is told of more."""
_LONGEST_NAME = 64


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


def body(shape: Any, content: bytes) -> Any:
    """A JSON document as `shape`, a struct or a union of tagged ones; faults are named by JSON pointer.

    Fields that a shape does not know are faults where it forbids them, and else passed over.

    Raises:
        InvalidRequest: with every fault.
    """
    given = json_object(content)
    if isinstance(shape, UnionType):
        shape, given = _chosen(get_args(shape), given)
    return _filled(shape, given, "")


def parameters[T: msgspec.Struct](shape: type[T], given: Mapping[str, str]) -> T:
    """Path or query parameters as `shape`; none may be there that it does not know.

    Raises:
        InvalidRequest: with every fault.
    """
    return _filled(shape, given, None)


def headers[T: msgspec.Struct](shape: type[T], given: Mapping[str, str]) -> T:
    """The headers that `shape` knows, of all those given (by lower-case name).

    Raises:
        InvalidRequest: with every fault.
    """
    known = _fields(shape)
    return parameters(shape, {name: given[name.lower()] for name in known if name.lower() in given})


@cache
def _fields(shape: type[msgspec.Struct]) -> Mapping[str, FieldInfo]:
    return {field.encode_name: field for field in msgspec.structs.fields(shape)}


def _chosen(shapes: Sequence[type[msgspec.Struct]], given: Mapping[str, Any]) -> tuple[Any, dict[str, Any]]:
    """The shape that the tag tells, and what is given besides the tag."""
    tag = cast("str", shapes[0].__struct_config__.tag_field)
    by_tag = {shape.__struct_config__.tag: shape for shape in shapes}
    told = given.get(tag)
    if tag not in given:
        raise InvalidRequest([Fault(f"/{tag}", "missing")])
    if not isinstance(told, str) or told not in by_tag:
        raise InvalidRequest([Fault(f"/{tag}", f"expected one of {', '.join(map(str, by_tag))}")])
    return by_tag[told], {name: value for name, value in given.items() if name != tag}


def _filled[T: msgspec.Struct](shape: type[T], given: Mapping[str, Any], at: str | None) -> T:
    """A struct of what is given: of JSON at a pointer, or of parameters where `at` is None."""
    known = _fields(shape)
    faults = [
        Fault(_shown(_name(name, at)), f"unknown; expected {_listed(known)}")
        for name in given
        if name not in known and (at is None or shape.__struct_config__.forbid_unknown_fields)
    ]
    values: dict[str, Any] = {}
    for name, field in known.items():
        try:
            if name in given:
                values[field.name] = _value(field.type, given[name], _name(name, at), strict=at is not None)
            elif field.required:
                faults.append(Fault(_name(name, at), "missing"))
        except InvalidRequest as invalid:
            faults += invalid.faults
    if faults:
        raise InvalidRequest(faults[:MOST_FAULTS])
    return shape(**values)


def _value(hint: Any, given: Any, field: str, *, strict: bool) -> Any:
    if _is_struct(hint) and isinstance(given, dict):
        return _filled(hint, cast("dict[str, Any]", given), field)
    try:
        # Text may hold a number; JSON says itself what it holds.
        return msgspec.convert(given, hint, strict=strict)
    except msgspec.ValidationError as error:
        raise InvalidRequest([_fault(field, hint, error)]) from None


def _fault(field: str, hint: Any, error: msgspec.ValidationError) -> Fault:
    """The fault in a field's value, or in what lies within it."""
    message, _, place = str(error).partition(" - at `$")
    within = re.sub(r"\.|\[(?=\d)", "/", place.rstrip("`").replace("[...]", "")).replace("]", "")
    about = re.fullmatch(r"Object (missing required|contains unknown) field `(.*)`", message)
    if about:
        detail = "missing" if about[1].startswith("missing") else "unknown"
        return Fault(f"{field}{within}/{_shown(_escaped(about[2]))}", detail)
    return Fault(field + within, _expectation(hint, message))


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


def _is_struct(hint: Any) -> TypeGuard[type[msgspec.Struct]]:
    return isinstance(hint, type) and issubclass(hint, msgspec.Struct)


def _name(name: str, at: str | None) -> str:
    return name if at is None else f"{at}/{_escaped(name)}"


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
