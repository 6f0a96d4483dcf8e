"""Moments as people give them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from operate.moments import EXPECTED, length, past, rfc3339, span

NOW = datetime(2026, 1, 31, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("90s", datetime(2026, 1, 31, 11, 58, 30, tzinfo=UTC)),
        ("15m", datetime(2026, 1, 31, 11, 45, tzinfo=UTC)),
        ("2h", datetime(2026, 1, 31, 10, 0, tzinfo=UTC)),
        ("31d", datetime(2025, 12, 31, 12, 0, tzinfo=UTC)),
        ("2026-01-31T09:30:00.5Z", datetime(2026, 1, 31, 9, 30, 0, 500_000, tzinfo=UTC)),
        ("2026-01-31T09:30:00+02:00", datetime(2026, 1, 31, 7, 30, tzinfo=UTC)),
    ],
)
def test_past_moment_is_read(text: str, moment: datetime) -> None:
    """How long ago, or RFC 3339 with any offset."""
    assert past(text, NOW) == moment


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("yesterday", ""),
        ("15", ""),
        ("-5m", ""),
        ("999999d", ""),
        ("2026-01-31T09:30:00", "has no offset from UTC: "),
        ("2026-01-31T12:00:01Z", "lies in the future: "),
    ],
)
def test_what_is_no_past_moment_is_refused(text: str, problem: str) -> None:
    """The error names what was given and what was expected."""
    with pytest.raises(ValueError, match="expected") as caught:
        past(text, NOW)

    assert str(caught.value) == f"{text!r}: {problem}{EXPECTED}"


def test_span_has_a_unit() -> None:
    """A number alone says nothing."""
    with pytest.raises(ValueError, match="expected") as caught:
        span("7")

    assert str(caught.value) == "'7': expected a number with s, m, h or d, such as 15m or 2h"
    assert span("7d") == timedelta(days=7)


@given(st.datetimes(min_value=datetime(1970, 1, 1), max_value=datetime(2099, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001 - hypothesis adds the zone
def test_printed_moment_is_read_again(moment: datetime) -> None:
    """What is printed is the same moment, but for what is shorter than a millisecond."""
    again = past(rfc3339(moment), datetime(2100, 1, 1, tzinfo=UTC))

    assert timedelta() <= moment - again < timedelta(milliseconds=1)


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
def test_length_has_at_most_two_units(seconds: float, text: str) -> None:
    """As precise as a person needs it."""
    assert length(seconds) == text
