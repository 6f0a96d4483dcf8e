"""The differences between old and new inputs, as the engine expects them from a provider."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from typing import Any, cast

from pulumi.runtime.proto import provider_pb2

from provider.provider import file_of

Word = str
"""`ADD`, `DELETE` or `UPDATE`, as in the engine's enumeration of differences."""

_MISSING = object()


def compared(
    old: Mapping[str, Any],
    new: Mapping[str, Any],
    changed: Collection[str],
    replaces: Collection[str],
    *,
    delete_first: bool = False,
) -> Any:
    """Return the response to a request to compare inputs.

    The engine compares the paths in it with those of the option `replace_on_changes`.

    Args:
        old: the old inputs.
        new: the new inputs.
        changed: the inputs that differ.
        replaces: those of them that replace the resource.
        delete_first: whether the old resource is deleted before the new one is created.
    """
    kinds, details = provider_pb2.PropertyDiff, dict[str, Any]()
    for key in changed:
        for path, word in _paths(key, old.get(key, _MISSING), new.get(key, _MISSING)):
            kind = kinds.Kind.Value(f"{word}_REPLACE" if key in replaces else word)
            details[path] = kinds(kind=kind, inputDiff=True)
    response = provider_pb2.DiffResponse
    return response(
        changes=response.DIFF_SOME if changed else response.DIFF_NONE,
        diffs=sorted(changed),
        replaces=sorted(replaces),
        detailedDiff=details,
        hasDetailedDiff=True,
        deleteBeforeReplace=delete_first,
    )


def _paths(path: str, old: Any, new: Any) -> Iterator[tuple[str, Word]]:
    """Yield the path of each member that differs; the path itself if the values have no common members."""
    before_all, after_all = _members(old), _members(new)
    if before_all is None or after_all is None or type(old) is not type(new):
        yield path, "ADD" if old is _MISSING else "DELETE" if new is _MISSING else "UPDATE"
        return
    for key in {**before_all, **after_all}:
        before, after = before_all.get(key, _MISSING), after_all.get(key, _MISSING)
        if before is _MISSING or after is _MISSING or before != after:
            yield from _paths(f"{path}{_step(key)}", before, after)


def _members(value: Any) -> dict[str | int, Any] | None:
    if isinstance(value, list):
        return dict(enumerate(cast("list[Any]", value)))
    return cast("dict[str | int, Any]", value) if isinstance(value, dict) and not file_of(value) else None


def _step(key: str | int) -> str:
    """Return a key or an index in the syntax of property paths."""
    if isinstance(key, int):
        return f"[{key}]"
    return f".{key}" if key.isidentifier() else f"[{json.dumps(key)}]"
