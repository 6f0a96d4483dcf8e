"""Ids: UUID version 7."""

from __future__ import annotations

from uuid import RFC_4122, UUID

import pytest

from handlers.kit.ids import new_id


def test_id_is_a_uuid_of_version_7_that_starts_with_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """RFC 9562, 5.7: 48 bits of milliseconds, the version, and the variant."""
    milliseconds = 4_000_000_000_000
    monkeypatch.setattr("time.time_ns", lambda: milliseconds * 1_000_000)
    monkeypatch.setattr("handlers.kit.ids._clock._last", 0)

    identifier = UUID(new_id())

    assert (identifier.int >> 80, identifier.version, identifier.variant) == (milliseconds, 7, RFC_4122)


def test_ids_are_strictly_increasing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ids increase within a millisecond, and after the clock is set back."""
    times = iter([5_000_000_000_000_000_000] * 5_000 + [4_999_999_999_000_000_000] * 5_000)
    monkeypatch.setattr("time.time_ns", lambda: next(times))

    ids = [new_id() for _ in range(10_000)]

    assert ids == sorted(set(ids))
