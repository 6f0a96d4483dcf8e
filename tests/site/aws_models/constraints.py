"""The constraints of AWS's API models that botocore does not enforce: enums, patterns, lengths and ranges.

The models are those that botocore contains. Its own validation covers types, required members and minimums.
This module also runs in the workers of functions, with the botocore of their layer: it imports only the
standard library and `regress`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

from aws_models.corrections import CORRECTIONS

NOT_COMPILED = {
    r"\p{Print}+": "Java's POSIX class; only dynamodb's ImportTable uses it",
    r"[\w-_]*": "a range from a class; only members of responses of logs have it",
}
"""The patterns that neither Python nor ECMA-262 can read."""

LONGEST_SHOWN = 60
"""The characters of a wrong value that a finding quotes."""

Matches = Callable[[str], bool]


def findings(value: Any, shape: Any, service: str, path: str = "") -> Iterator[str]:
    """Yield a line for each part of a request that does not fit its shape.

    Args:
        value: the parameters of a call, or a part of them; types and required members are valid.
        shape: the botocore shape of the value.
        service: the name of the shape's service.
        path: the place of the value in the request, such as `.Rules[0].Name`.
    """
    for wrong in _wrong(value, shape, service):
        yield f"{path} ({shape.name}): {_shown(value)}: {wrong}"
    match shape.type_name:
        case "structure" if not shape.is_document_type:
            for name, member in value.items():
                yield from findings(member, shape.members[name], service, f"{path}.{name}")
        case "list":
            for index, item in enumerate(value):
                yield from findings(item, shape.member, service, f"{path}[{index}]")
        case "map":
            for key, item in value.items():
                yield from findings(key, shape.key, service, f"{path} key")
                yield from findings(item, shape.value, service, f"{path}.{key}")
        case _:
            pass


def _wrong(value: Any, shape: Any, service: str) -> Iterator[str]:
    """Yield what is wrong with the value itself."""
    limits: Mapping[str, Any] = {**shape.metadata, **CORRECTIONS.get((service, shape.name), {})}
    size, unit = _size(value, shape.type_name)
    if size is not None and not limits.get("min", size) <= size <= limits.get("max", size):
        bounds = f"{limits.get('min', '')}..{limits.get('max', '')}"
        yield f"{unit} {size}, expected {bounds}"
    if shape.type_name != "string":
        return
    allowed = limits.get("enum")
    if allowed and value not in allowed:
        yield f"expected one of {', '.join(allowed)}"
    pattern = limits.get("pattern")
    if pattern and pattern not in NOT_COMPILED and not matches(pattern)(value):
        yield f"expected the pattern {pattern}"


def _size(value: Any, kind: str) -> tuple[float | None, str]:
    """Return what `min` and `max` limit, with its name; None for a value that has neither."""
    match kind:
        case "integer" | "long" | "float" | "double":
            return value, "the number is"
        case "string" | "list" | "map" | "blob" if hasattr(value, "__len__"):
            return len(value), "the length is"
        case _:
            return None, ""


@cache
def matches(pattern: str) -> Matches:
    """Return the test whether the whole of a text matches a model's pattern.

    Some patterns have Unicode properties or surrogate pairs, which Python does not know and ECMA-262 does.

    Raises:
        ValueError: if neither engine can compile the pattern.
    """
    try:
        compiled = re.compile(pattern, re.ASCII)
    except re.error:
        return _ecmascript(pattern)
    return lambda text: compiled.fullmatch(text) is not None


def _ecmascript(pattern: str) -> Matches:
    from regress import Regex, RegressError  # late: few requests need it

    try:
        compiled = Regex(f"^(?:{pattern})$", "u")
    except RegressError as error:
        raise ValueError(f"{pattern!r}: neither Python nor ECMA-262: {error}") from error
    return lambda text: compiled.find(text) is not None


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"
