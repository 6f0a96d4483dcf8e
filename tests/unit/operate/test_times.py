"""Parsing and formatting of times and durations."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from operate.times import EXPECTED, format_duration, parse_duration, parse_past_time, rfc3339

NOW = datetime(2026, 1, 31, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("90s", datetime(2026, 1, 31, 11, 58, 30, tzinfo=UTC)),
        ("15m", datetime(2026, 1, 31, 11, 45, tzinfo=UTC)),
        ("2h", datetime(2026, 1, 31, 10, 0, tzinfo=UTC)),
        ("31d", datetime(2025, 12, 31, 12, 0, tzinfo=UTC)),
        ("2026-01-31T09:30:00.5Z", datetime(2026, 1, 31, 9, 30, 0, 500_000, tzinfo=UTC)),
        ("2026-01-31T09:30:00+02:00", datetime(2026, 1, 31, 7, 30, tzinfo=UTC)),
    ],
)
def test_past_time_is_parsed(text: str, time: datetime) -> None:
    """An age, and RFC 3339 with any offset, are accepted."""
    assert parse_past_time(text, NOW) == time


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("yesterday", ""),
        ("15", ""),
        ("-5m", ""),
        ("999999d", ""),
        ("2026-01-31T09:30:00", "has no UTC offset: "),
        ("2026-01-31T12:00:01Z", "is in the future: "),
    ],
)
def test_invalid_past_time_is_rejected(text: str, problem: str) -> None:
    """The error has the input and the expected format."""
    with pytest.raises(ValueError, match="expected") as caught:
        parse_past_time(text, NOW)

    assert str(caught.value) == f"{text!r}: {problem}{EXPECTED}"


def test_duration_requires_a_unit() -> None:
    """A number without a unit is rejected."""
    with pytest.raises(ValueError, match="expected") as caught:
        parse_duration("7")

    assert str(caught.value) == "'7': expected a number with s, m, h or d, such as 15m or 2h"
    assert parse_duration("7d") == timedelta(days=7)


@given(st.datetimes(min_value=datetime(1970, 1, 1), max_value=datetime(2099, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001 - hypothesis adds the zone
def test_formatted_time_is_parsed_again(time: datetime) -> None:
    """Formatting truncates a time to milliseconds and loses nothing else."""
    again = parse_past_time(rfc3339(time), datetime(2100, 1, 1, tzinfo=UTC))

    assert timedelta() <= time - again < timedelta(milliseconds=1)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.0, "0 ms"),
        (0.85, "850 ms"),
        (4.2, "4.2 s"),
        (185, "3 m 5 s"),
        (7_200, "2 h 0 m"),
        (273_600, "3 d 4 h"),
    ],
)
def test_formatted_duration_has_at_most_two_units(seconds: float, text: str) -> None:
    """The two largest units are printed."""
    assert format_duration(seconds) == text
