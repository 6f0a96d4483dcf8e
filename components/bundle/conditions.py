"""Conditions of imports that are known without running the code: Python versions, handled ImportErrors."""

from __future__ import annotations

import ast
import operator
import sys
from collections.abc import Callable
from typing import Any

_IMPORT_ERRORS = {"ImportError", "ModuleNotFoundError"}
_OPERATORS: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}
_MINOR = 2
_VERSIONS = {
    "version_info": tuple(sys.version_info),
    "version_info.major": sys.version_info.major,
    "version_info.minor": sys.version_info.minor,
    "version_info[0]": sys.version_info.major,
    "version_info[1]": sys.version_info.minor,
    "version_info[:1]": sys.version_info[:1],
    "version_info[:2]": sys.version_info[:2],
}
"""The version and its parts, by their expression."""


def decided(test: ast.expr) -> bool | None:
    """Return the value of a condition about the Python version or type checkers, or None for any other.

    The Python that bundles is of the minor version that runs in Lambda; patch versions may differ.
    """
    match test:
        case ast.Name(id="TYPE_CHECKING") | ast.Attribute(attr="TYPE_CHECKING"):
            return False
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            value = decided(operand)
            return None if value is None else not value
        case ast.BoolOp(op=op, values=values):
            return _combined([decided(value) for value in values], settles=isinstance(op, ast.Or))
        case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in _OPERATORS:
            return _compared(_VERSIONS.get(ast.unparse(left).removeprefix("sys.")), type(op), right)
        case _:
            return None


def catches_import_error(handler: ast.ExceptHandler) -> bool:
    """Return whether a handler catches ImportErrors by name and does not end with another exception."""
    return _names_import_error(handler.type) and not isinstance(handler.body[-1], ast.Raise)


def suppresses_import_error(item: ast.withitem) -> bool:
    """Return whether a context manager is `contextlib.suppress` of ImportErrors."""
    match item.context_expr:
        case ast.Call(func=ast.Name(id="suppress") | ast.Attribute(attr="suppress"), args=args):
            return any(map(_names_import_error, args))
        case _:
            return False


def _names_import_error(node: ast.expr | None) -> bool:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name in _IMPORT_ERRORS
        case ast.Tuple(elts=elements):
            return any(map(_names_import_error, elements))
        case _:
            return False


def _combined(values: list[bool | None], *, settles: bool) -> bool | None:
    """Return the value of `or` if `settles` is true, otherwise of `and`: one such value settles it."""
    if settles in values:
        return settles
    return None if None in values else not settles


def _compared(version: Any, op: type[ast.cmpop], right: ast.expr) -> bool | None:
    """Return the value of a comparison of the version with a literal that has no patch version."""
    if version is None:
        return None
    try:
        literal: Any = ast.literal_eval(right)
        return None if ast.unparse(right).count(",") >= _MINOR else _OPERATORS[op](version, literal)
    except (ValueError, TypeError):
        return None
