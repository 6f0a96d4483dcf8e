"""The catalogue of events as the bus checks it: which source publishes which types, with which fields."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from components.pattern import EVENT, OR, Pattern, Shape, check_fields, check_syntax, values

ALL_EVENTS: Pattern = {"source": [{"prefix": ""}]}
"""The pattern that matches every event."""


@dataclass(frozen=True)
class Catalogue:
    """The known sources, each with its detail types and the fields of their details.

    A source may end in `*`. A detail of None may have any fields.
    """

    sources: Mapping[str, Mapping[str, Shape | None]]

    def check_sources(self, who: str, sources: Sequence[str]) -> None:
        """Reject a source that is not in the catalogue.

        Raises:
            ValueError: with the source and the known sources.
        """
        if not sources:
            raise ValueError(f"{who}: no source: expected some of {self._known()}")
        for source in sources:
            if source not in self.sources:
                raise ValueError(f"{who}: no source {source!r}: expected some of {self._known()}")

    def check_pattern(self, who: str, pattern: Pattern) -> None:
        """Reject a pattern that could never match, and one without a source.

        Without a source, a pattern would match events of any source that uses the type.

        Raises:
            ValueError: with the unknown key, operator, source, type or field, and the known ones.
        """
        if not pattern.get("source"):
            raise ValueError(f'{who}: the pattern names no source: expected "source", of {self._known()}')
        check_syntax(who, pattern)
        sources = self._sources(who, pattern)
        types = {name: shape for source in sources for name, shape in self.sources[source].items()}
        known = ", ".join(sorted(types))
        for kind in values(pattern, "detail-type"):
            if not any(_may_be(kind, name) for name in types):
                raise ValueError(f"{who}: no detail type {kind!r}: expected some of {known}")
        # Types under `$or` are those of one alternative only.
        meant = pattern.get("detail-type", [{"prefix": ""}])
        details = [shape for name, shape in types.items() if any(_may_be(kind, name) for kind in meant)]
        events: list[Shape] = [{**EVENT, "detail": detail} for detail in details]
        check_fields(who, pattern, events or [EVENT])

    def types_of(self, pattern: Pattern) -> list[str]:
        """Return the known types that a checked pattern may match."""
        types = {name for source in self._sources("", pattern) for name in self.sources[source]}
        return sorted(name for name in types if _may_have_type(pattern, name))

    def is_filtered(self, pattern: Pattern) -> bool:
        """Return whether a pattern may reject an event whose type and source it names."""
        names = [source for source in pattern["source"] if isinstance(source, str)]
        return bool(pattern.keys() - {"source", "detail-type"}) or not self.sources.keys() >= set(names)

    def _sources(self, who: str, pattern: Pattern) -> set[str]:
        """Return the known sources that a pattern may match."""
        meant: set[str] = set()
        for source in values(pattern, "source"):
            found = {known for known in self.sources if _may_be(source, known)}
            if not found:
                raise ValueError(f"{who}: no source {source!r}: expected some of {self._known()}")
            meant |= found
        if not meant:
            raise ValueError(f"{who}: source: expected a list of some of {self._known()}")
        return meant

    def _known(self) -> str:
        return ", ".join(sorted(self.sources))


def _may_have_type(pattern: Pattern, name: str) -> bool:
    """Return whether a pattern, with one of its alternatives, can match events of a type."""
    kinds = pattern.get("detail-type")
    if kinds is not None and not any(_may_be(kind, name) for kind in kinds):
        return False
    alternatives = pattern.get(OR)
    return alternatives is None or any(_may_have_type(each, name) for each in alternatives)


def _may_be(matcher: str | Mapping[str, Any], known: str) -> bool:
    """Return whether a value or prefix of a pattern can match a known source or type."""
    match matcher:
        case {"prefix": str(prefix), **rest} if not rest:
            stem = known.removesuffix("*")
            return stem.startswith(prefix) or (stem != known and prefix.startswith(stem))
        case str():  # EventBridge does not treat * as a wildcard here.
            return "*" not in matcher and fnmatchcase(matcher, known)
        case _:
            return False
