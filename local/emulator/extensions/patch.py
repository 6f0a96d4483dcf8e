"""Use and replacement of the emulator's private names."""

from __future__ import annotations

from typing import Any


class MovedError(Exception):
    """A name that an extension uses is not in this version of the emulator."""


def private(owner: Any, name: str) -> Any:
    """Return an attribute of a module or class.

    Raises:
        MovedError: if the attribute does not exist.
    """
    if not hasattr(owner, name):
        where = getattr(owner, "__name__", repr(owner))
        raise MovedError(f"{where}.{name} does not exist in this version of the emulator")
    return getattr(owner, name)


def replace(owner: Any, name: str, value: Any) -> Any:
    """Replace an attribute of a module or class, and return the original.

    Raises:
        MovedError: if the attribute does not exist.
    """
    original = private(owner, name)
    setattr(owner, name, value)
    return original
