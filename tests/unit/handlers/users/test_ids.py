"""Ids: UUID version 7."""

from __future__ import annotations

from uuid import RFC_4122, UUID

import pytest

from handlers.users.ids import new_id


def test_id_is_a_uuid_of_version_7_with_the_time_in_front(monkeypatch: pytest.MonkeyPatch) -> None:
    """RFC 9562, 5.7: 48 bits of milliseconds, the version, and the variant."""
    milliseconds = 4_000_000_000_000
    monkeypatch.setattr("time.time_ns", lambda: milliseconds * 1_000_000)
    monkeypatch.setattr("handlers.users.ids._clock._last", 0)

    made = UUID(new_id())

    assert (made.int >> 80, made.version, made.variant) == (milliseconds, 7, RFC_4122)


def test_ids_of_one_moment_sort_as_they_were_made(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ids grow within a millisecond, and where the clock is set back."""
    moments = iter([5_000_000_000_000_000_000] * 5_000 + [4_999_999_999_000_000_000] * 5_000)
    monkeypatch.setattr("time.time_ns", lambda: next(moments))

    ids = [new_id() for _ in range(10_000)]

    assert ids == sorted(set(ids))
