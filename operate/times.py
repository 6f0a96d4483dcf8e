"""Times and durations: parsing from the command line, and formatting."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

DURATION = re.compile(r"([0-9]{1,6})([smhd])")
UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
EXPECTED = "expected a past time in RFC 3339, such as 2026-01-31T09:30:00Z, or an age, such as 15m or 2h"


def parse_past_time(text: str, now: datetime | None = None) -> datetime:
    """Return a past time in UTC.

    Args:
        text: RFC 3339 with a UTC offset, or an age: a number with `s`, `m`, `h` or `d`.
        now: the current time; read from the clock by default.

    Raises:
        ValueError: if the text is not a past time; the message states the expected format.
    """
    now = now or datetime.now(UTC)
    try:
        time = now - parse_duration(text) if DURATION.fullmatch(text) else _time(text)
    except (ValueError, OverflowError):
        raise ValueError(f"{text!r}: {EXPECTED}") from None
    if time is None:
        raise ValueError(f"{text!r}: has no UTC offset: {EXPECTED}")
    if time > now:
        raise ValueError(f"{text!r}: is in the future: {EXPECTED}")
    return time


def _time(text: str) -> datetime | None:
    """Return a time in UTC, or None for a time without an offset."""
    time = datetime.fromisoformat(text)
    return time.astimezone(UTC) if time.tzinfo else None


def parse_duration(text: str) -> timedelta:
    """Return a duration given as a number with `s`, `m`, `h` or `d`.

    Raises:
        ValueError: if the text is not a duration; the message states the expected format.
    """
    match = DURATION.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r}: expected a number with s, m, h or d, such as 15m or 2h")
    return timedelta(**{UNITS[match[2]]: int(match[1])})


def rfc3339(time: datetime) -> str:
    """Return the time in UTC with milliseconds, such as `2026-01-31T09:30:00.123Z`."""
    return time.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def from_milliseconds(milliseconds: float) -> datetime:
    """Return the time of a number of milliseconds since the epoch."""
    return datetime.fromtimestamp(milliseconds / 1_000, UTC)


def format_duration(seconds: float) -> str:
    """Return a duration in its two largest units: `850 ms`, `4.2 s`, `3 m 5 s`, `2 h 0 m`, `3 d 4 h`."""
    if seconds < 1:
        return f"{seconds * 1_000:.0f} ms"
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days:
        return f"{days} d {hours} h"
    return f"{hours} h {minutes} m" if hours else f"{minutes} m {seconds} s"
