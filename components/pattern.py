"""The syntax of EventBridge's event patterns and of SNS's filter policies.

Sources: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
and https://docs.aws.amazon.com/sns/latest/dg/sns-subscription-filter-policies.html
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, cast

from components import limits

Pattern = Mapping[str, Any]
"""An EventBridge event pattern, such as `{"source": ["strata.users"]}`."""

Shape = Mapping[str, "Shape | None"]
"""The fields of an object by name, with the shape of each: none for a plain value, None for any fields."""

OR = "$or"
COMPARISONS = ("=", "<", "<=", ">", ">=")
TEXT_OPERATORS = ("prefix", "suffix", "equals-ignore-case", "wildcard")
PLAIN: Shape = {}
"""The shape of a value that is not an object."""
EVENT: Shape = dict.fromkeys(
    (
        "version",
        "id",
        "detail-type",
        "source",
        "account",
        "time",
        "region",
        "resources",
        "detail",
        "replay-name",
    ),
    PLAIN,
)
"""The fields of every event: https://docs.aws.amazon.com/eventbridge/latest/ref/events-structure.html"""


def check_syntax(who: str, pattern: Pattern) -> None:
    """Reject an event pattern or a filter policy that AWS rejects, or that matches nothing by its form.

    Raises:
        ValueError: with the path in the pattern and what is expected there.
    """
    _check_object(who, "", pattern)
    if (size := len(json.dumps(pattern))) > limits.PATTERN_CHARACTERS:
        raise ValueError(
            f"{who}: the pattern has {size:,} characters: expected at most {limits.PATTERN_CHARACTERS:,}"
        )


def check_fields(who: str, pattern: Pattern, shapes: Sequence[Shape], path: str = "") -> None:
    """Reject a field that no shape has; the pattern may match events of any of the shapes.

    Raises:
        ValueError: with the path of the field and the known fields.
    """
    for name, inner in _members(pattern):
        here = _joined(path, name)
        found = [shape[name] for shape in shapes if name in shape]
        if not found:
            known = ", ".join(sorted({field for shape in shapes for field in shape}))
            expected = f"expected one of {known}" if known else f"{path} is not an object"
            raise ValueError(f"{who}: no field {here!r}: {expected}")
        known_shapes = [shape for shape in found if shape is not None]
        if len(known_shapes) < len(found):
            continue
        if isinstance(inner, Mapping):
            check_fields(who, cast("Pattern", inner), known_shapes, here)
        elif all(known_shapes):
            raise ValueError(
                f"{who}: {here}: expected one of its fields, {', '.join(sorted(known_shapes[0]))}"
            )


def values(pattern: Pattern, name: str) -> list[Any]:
    """Return all values that a pattern lists for a top-level field, also those under `$or`."""
    lists = [inner for field, inner in _members(pattern) if field == name and not isinstance(inner, Mapping)]
    return [value for each in lists for value in each]


def _members(pattern: Pattern) -> Iterator[tuple[str, Any]]:
    """Yield each field and its matchers, also those under `$or`."""
    for name, inner in pattern.items():
        if name == OR:
            for each in inner:
                yield from _members(each)
        else:
            yield name, inner


def _check_object(who: str, path: str, given: Pattern) -> None:
    if not given:
        raise ValueError(f"{who}: {path or 'the pattern'}: expected at least one field")
    for name, inner in given.items():
        here = _joined(path, name)
        if name == OR:
            _check_alternatives(who, path, inner)
        elif isinstance(inner, Mapping):
            _check_object(who, here, cast("Pattern", inner))
        elif isinstance(inner, list | tuple) and inner:
            for value in cast("Sequence[Any]", inner):
                _check_value(who, here, value)
        else:
            raise ValueError(f"{who}: {here}: {inner!r}: expected a list of at least one value, or an object")


def _check_alternatives(who: str, path: str, given: Any) -> None:
    here = _joined(path, OR)
    alternatives = cast("Sequence[Any]", given) if isinstance(given, list | tuple) else ()
    if len(alternatives) < 2 or not all(isinstance(each, Mapping) for each in alternatives):
        raise ValueError(f"{who}: {here}: {given!r}: expected a list of at least two objects")
    for each in alternatives:
        _check_object(who, path, each)


def _check_value(who: str, path: str, value: Any) -> None:
    if not isinstance(value, Mapping):
        if value is not None and not isinstance(value, str | int | float):
            raise ValueError(f"{who}: {path}: {value!r}: expected a text, a number, a boolean or an operator")
        return
    operator = cast("Mapping[str, Any]", value)
    if len(operator) != 1:
        raise ValueError(f"{who}: {path}: {value!r}: expected one operator")
    ((name, operand),) = operator.items()
    if name not in OPERATORS:
        raise ValueError(
            f"{who}: {path}: no operator {name!r}: expected one of {', '.join(sorted(OPERATORS))}"
        )
    if not OPERATORS[name](operand):
        raise ValueError(f"{who}: {path}: {name}: unexpected operand {operand!r}")


def _is_text(operand: Any) -> bool:
    return isinstance(operand, str)


def _is_affix(operand: Any) -> bool:
    """Return whether an operand is a text, or a text whose case is ignored."""
    match operand:
        case str() | {"equals-ignore-case": str()}:
            return True
        case _:
            return False


def _is_wildcard(operand: Any) -> bool:
    return isinstance(operand, str) and "**" not in operand


def _is_number(operand: Any) -> bool:
    return isinstance(operand, int | float) and not isinstance(operand, bool)


def _is_range(operand: Any) -> bool:
    """Return whether an operand is one or two comparisons, such as `[">", 0, "<=", 5]`."""
    parts = cast("Sequence[Any]", operand) if isinstance(operand, list | tuple) else ()
    compared, numbers = parts[::2], parts[1::2]
    return (
        len(parts) in (2, 4)
        and all(each in COMPARISONS for each in compared)
        and all(_is_number(each) for each in numbers)
    )


def _is_excluded(operand: Any) -> bool:
    """Return whether an operand is a value, several values, or a text operator with one text or several."""
    if isinstance(operand, Mapping):
        items = list(cast("Mapping[str, Any]", operand).items())
        return len(items) == 1 and items[0][0] in TEXT_OPERATORS and _are(items[0][1], _is_text)
    return _are(operand, lambda each: _is_text(each) or _is_number(each))


def _are(operand: Any, valid: Callable[[Any], bool]) -> bool:
    if isinstance(operand, list | tuple):
        several = cast("Sequence[Any]", operand)
        return bool(several) and all(valid(each) for each in several)
    return valid(operand)


OPERATORS: Mapping[str, Callable[[Any], bool]] = {
    "anything-but": _is_excluded,
    "cidr": _is_text,
    "equals-ignore-case": _is_text,
    "exists": lambda operand: isinstance(operand, bool),
    "numeric": _is_range,
    "prefix": _is_affix,
    "suffix": _is_affix,
    "wildcard": _is_wildcard,
}
"""The operators, with the check of their operands."""


def _joined(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
