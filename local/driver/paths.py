"""Property paths in resource options, such as `tags`, `environment.variables["A"]`, `rules[0]` or `*`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, cast

ANY = "*"
PART = re.compile(r'\.?(?:\["(?P<quoted>[^"]+)"\]|\[(?P<index>\d+|\*)\]|(?P<name>[^.\[\]"]+))')

Path = tuple[str | int, ...]
"""The keys and indexes on the way to a property; `*` matches each of them."""

_MISSING = object()


def parse(text: str) -> Path:
    """Return the path that a text describes, in the syntax of Pulumi's `ignoreChanges`.

    Raises:
        ValueError: if the text is not a path.
    """
    parts = list(PART.finditer(text))
    if not parts or "".join(part[0] for part in parts) != text:
        raise ValueError(f"{text!r}: expected a property path, such as tags or environment.variables")
    return tuple(int(part["index"]) if _is_index(part) else part[part.lastgroup or 0] for part in parts)


def _is_index(part: re.Match[str]) -> bool:
    return part["index"] is not None and part["index"] != ANY


def kept(new: Any, old: Any, path: Path) -> Any:
    """Return `new` with the value that `old` has at the path; without it, if `old` has none."""
    if not path:
        return old
    if isinstance(new, dict) and isinstance(old, dict):
        result = dict(cast("dict[Any, Any]", new))
        before = cast("dict[Any, Any]", old)
        for key in _keys(path[0], {*result, *before}):
            value = kept(result.get(key, _MISSING), before.get(key, _MISSING), path[1:])
            result.pop(key, None)
            if value is not _MISSING:
                result[key] = value
        return result
    if isinstance(new, list) and isinstance(old, list):
        items, former = cast("list[Any]", new), cast("list[Any]", old)
        chosen = _keys(path[0], set(range(min(len(items), len(former)))))
        return [kept(item, former[i], path[1:]) if i in chosen else item for i, item in enumerate(items)]
    return cast("Any", new)


def differs(new: Any, old: Any, path: Path) -> bool:
    """Return whether the values at the path differ."""
    return list(_values(new, path)) != list(_values(old, path))


def _values(value: Any, path: Path) -> Iterator[Any]:
    if not path:
        yield value
    elif isinstance(value, dict):
        members = cast("dict[Any, Any]", value)
        for key in sorted(_keys(path[0], set(members))):
            yield from ((key, each) for each in _values(members[key], path[1:]))
    elif isinstance(value, list):
        items = cast("list[Any]", value)
        for index in sorted(_keys(path[0], set(range(len(items))))):
            yield from ((index, each) for each in _values(items[index], path[1:]))


def _keys(part: str | int, known: set[Any]) -> set[Any]:
    return known if part == ANY else known & {part}
