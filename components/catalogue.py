"""The catalogue of events as the bus checks it: which source publishes which types."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

Pattern = Mapping[str, Any]
"""An EventBridge event pattern, such as `{"source": ["strata.users"]}`."""

ALL_EVENTS: Pattern = {"source": [{"prefix": ""}]}
"""The pattern that matches every event."""


@dataclass(frozen=True)
class Catalogue:
    """The known sources, each with its detail types; a source may end in `*`."""

    sources: Mapping[str, Sequence[str]]

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
        """Reject a pattern with an unknown source or type, and one without a source.

        Without a source, a pattern would match events of any source that uses the type.

        Raises:
            ValueError: with the unknown value and the known values.
        """
        if not pattern.get("source"):
            raise ValueError(f'{who}: the pattern names no source: expected "source", of {self._known()}')
        meant: set[str] = set()
        for source in pattern["source"]:
            found = {known for known in self.sources if _may_be(source, known)}
            if not found:
                raise ValueError(f"{who}: no source {source!r}: expected some of {self._known()}")
            meant |= found
        types = sorted({each for source in meant for each in self.sources[source]})
        for kind in pattern.get("detail-type", ()):
            if not any(_may_be(kind, known) for known in types):
                raise ValueError(f"{who}: no detail type {kind!r}: expected some of {', '.join(types)}")

    def _known(self) -> str:
        return ", ".join(sorted(self.sources))


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
