"""A small evaluator of IAM policies: whether statements allow a request.

It follows IAM's evaluation logic: an explicit deny wins, an allow is needed, and every operator and key of a
condition must match. It knows only the operators that the account's policies use, and fails on others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

OPERATORS: Mapping[str, Callable[[str | None, str], bool]] = {
    "StringEquals": lambda actual, expected: actual == expected,
    "StringLike": lambda actual, expected: actual is not None and fnmatchcase(actual, expected),
    "ArnLike": lambda actual, expected: actual is not None and fnmatchcase(actual, expected),
    "Null": lambda actual, expected: (actual is None) == (expected == "true"),
}


@dataclass(frozen=True)
class Request:
    """One call as IAM evaluates it.

    Attributes:
        action: the action, such as `kms:Decrypt`.
        resource: the ARN; `*` for a call without a resource, such as a text message to a phone number.
        context: the condition keys.
    """

    action: str
    resource: str
    context: Mapping[str, str] = field(default_factory=dict[str, str])


def allows(statements: Iterable[Mapping[str, Any]], request: Request) -> bool:
    """Return whether a statement allows the request and none denies it."""
    effects = {statement["Effect"] for statement in statements if _matches(statement, request)}
    return effects == {"Allow"}


def _matches(statement: Mapping[str, Any], request: Request) -> bool:
    return (
        any(fnmatchcase(request.action, action) for action in _list(statement["Action"]))
        and any(fnmatchcase(request.resource, resource) for resource in _list(statement["Resource"]))
        and all(
            any(OPERATORS[operator](request.context.get(key), value) for value in _list(values))
            for operator, keys in statement.get("Condition", {}).items()
            for key, values in keys.items()
        )
    )


def _list(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value
