"""Parsing of untrusted input into structs; a rejected input is reported with all of its faults."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from types import UnionType
from typing import Any, TypeGuard, cast, get_args

import msgspec
from msgspec.structs import FieldInfo

from handlers.kit.errors import Fault, InvalidRequest

MAX_FAULTS = 20
"""The most faults that one response reports."""
_MAX_NAME_LENGTH = 64
_BYTE_ORDER_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")
_PARAMETER_TYPES = {"int": "a whole number", "float": "a number", "bool": "true or false"}


def json_object(content: bytes) -> Mapping[str, Any]:
    """Return the object in a JSON document.

    Raises:
        InvalidRequest: if it is not a JSON object, or is nested too deeply.
    """
    if content.startswith(_BYTE_ORDER_MARKS):
        raise InvalidRequest([Fault("", "expected JSON in UTF-8 without a byte order mark (RFC 8259, 8.1)")])
    try:
        document = msgspec.json.decode(content)
    except (ValueError, RecursionError):
        raise InvalidRequest([Fault("", "expected well-formed JSON in UTF-8")]) from None
    if not isinstance(document, dict):
        raise InvalidRequest([Fault("", "expected a JSON object")])
    return cast("dict[str, Any]", document)


def body(shape: Any, content: bytes) -> Any:
    """Parse a JSON document into `shape`, a struct or a union of tagged structs.

    Unknown fields are faults if the struct forbids them; otherwise they are ignored.

    Raises:
        InvalidRequest: with every fault; their fields are JSON pointers.
    """
    given = json_object(content)
    if isinstance(shape, UnionType):
        shape, given = _select(get_args(shape), given)
    return _build(shape, given, "")


def parameters[T: msgspec.Struct](shape: type[T], given: Mapping[str, str]) -> T:
    """Parse path or query parameters into `shape`.

    Unknown parameters are faults, unless the struct's class variable `ignores_unknown` is true.

    Raises:
        InvalidRequest: with every fault.
    """
    if getattr(shape, "ignores_unknown", False):
        given = {name: given[name] for name in _fields(shape) if name in given}
    return _build(shape, given, None)


def headers[T: msgspec.Struct](shape: type[T], given: Mapping[str, str]) -> T:
    """Parse the headers that `shape` declares; `given` has the header names in lower case.

    Raises:
        InvalidRequest: with every fault.
    """
    known = _fields(shape)
    return parameters(shape, {name: given[name.lower()] for name in known if name.lower() in given})


@cache
def _fields(shape: type[msgspec.Struct]) -> Mapping[str, FieldInfo]:
    return {field.encode_name: field for field in msgspec.structs.fields(shape)}


def _select(shapes: Sequence[type[msgspec.Struct]], given: Mapping[str, Any]) -> tuple[Any, dict[str, Any]]:
    """Return the struct that the tag selects, and the given fields without the tag."""
    tag = cast("str", shapes[0].__struct_config__.tag_field)
    by_tag = {shape.__struct_config__.tag: shape for shape in shapes}
    value = given.get(tag)
    if tag not in given:
        raise InvalidRequest([Fault(f"/{tag}", "missing")])
    if not isinstance(value, str) or value not in by_tag:
        raise InvalidRequest([Fault(f"/{tag}", f"expected one of {', '.join(map(str, by_tag))}")])
    return by_tag[value], {name: given[name] for name in given if name != tag}


def _build[T: msgspec.Struct](shape: type[T], given: Mapping[str, Any], at: str | None) -> T:
    """Build a struct from a JSON object at the pointer `at`, or from parameters if `at` is None."""
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
        raise InvalidRequest(faults[:MAX_FAULTS])
    return shape(**values)


def _value(hint: Any, given: Any, field: str, *, strict: bool) -> Any:
    if _is_struct(hint) and isinstance(given, dict):
        return _build(hint, cast("dict[str, Any]", given), field)
    try:
        # Parameters are text and may contain a number; JSON has types of its own.
        return msgspec.convert(given, hint, strict=strict)
    except msgspec.ValidationError as error:
        fault = _fault(field, hint, error)
        raise InvalidRequest([fault if strict else _parameter_fault(fault)]) from None


def _fault(field: str, hint: Any, error: msgspec.ValidationError) -> Fault:
    """Return the fault in a field's value, or in a value nested in it."""
    message, _, place = str(error).partition(" - at `$")
    within = re.sub(r"\.|\[(?=\d)", "/", place.rstrip("`").replace("[...]", "")).replace("]", "")
    about = re.fullmatch(r"Object (missing required|contains unknown) field `(.*)`", message)
    if about:
        detail = "missing" if about[1].startswith("missing") else "unknown"
        return Fault(f"{field}{within}/{_shown(_escaped(about[2]))}", detail)
    return Fault(field + within, _expectation(hint, message))


def _expectation(hint: Any, message: str) -> str:
    """Return the expectation; a pattern is replaced by the type's description."""
    if "regex" in message and (description := _description(hint)):
        return f"expected {description}"
    return message[:1].lower() + message[1:].replace("`", "")


def _parameter_fault(fault: Fault) -> Fault:
    """Return the fault without JSON's types: a parameter is always text, and never null."""
    detail = fault.detail.removesuffix(", got str").replace(" | null", "")
    expected = re.sub(
        r"^expected (\w+)\b", lambda match: f"expected {_PARAMETER_TYPES.get(match[1], match[1])}", detail
    )
    return Fault(fault.field, expected)


def _description(hint: Any) -> str | None:
    """Return the description of a type, or of the first of its alternatives that has one."""
    for meta in getattr(hint, "__metadata__", ()):
        if isinstance(meta, msgspec.Meta) and meta.description:
            return meta.description
    found = (_description(part) for part in get_args(hint))
    return next((description for description in found if description), None)


def _listed(known: Mapping[str, FieldInfo]) -> str:
    return f"one of {', '.join(known)}" if known else "none"


def _shown(name: str) -> str:
    # The response repeats a name from the caller: truncate it and replace what JSON cannot encode.
    return name[:_MAX_NAME_LENGTH].encode(errors="replace").decode()


def _is_struct(hint: Any) -> TypeGuard[type[msgspec.Struct]]:
    return isinstance(hint, type) and issubclass(hint, msgspec.Struct)


def _name(name: str, at: str | None) -> str:
    return name if at is None else f"{at}/{_escaped(name)}"


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
