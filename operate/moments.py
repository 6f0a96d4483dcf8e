"""Moments, as a person gives them and as they are printed."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

AGO = re.compile(r"(\d{1,6})([smhd])")
UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
EXPECTED = (
    "expected a past moment as RFC 3339, such as 2026-01-31T09:30:00Z, or how long ago, such as 15m or 2h"
)


def past(text: str, now: datetime | None = None) -> datetime:
    """A moment that is over.

    Args:
        text: RFC 3339 with its offset from UTC, or a number with `s`, `m`, `h` or `d` for how long ago.
        now: the present; the clock's where not given.

    Raises:
        ValueError: with what was expected.
    """
    now = now or datetime.now(UTC)
    try:
        moment = now - span(text) if AGO.fullmatch(text) else datetime.fromisoformat(text)
    except (ValueError, OverflowError):
        raise ValueError(f"{text!r}: {EXPECTED}") from None
    if moment.tzinfo is None:
        raise ValueError(f"{text!r}: has no offset from UTC: {EXPECTED}")
    if moment > now:
        raise ValueError(f"{text!r}: lies in the future: {EXPECTED}")
    return moment.astimezone(UTC)


def span(text: str) -> timedelta:
    """A length of time.

    Raises:
        ValueError: with what was expected.
    """
    match = AGO.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r}: expected a number with s, m, h or d, such as 15m or 2h")
    return timedelta(**{UNITS[match[2]]: int(match[1])})


def rfc3339(moment: datetime) -> str:
    """The moment in UTC with milliseconds, such as `2026-01-31T09:30:00.123Z`."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def of_milliseconds(milliseconds: float) -> datetime:
    """A moment given in milliseconds since the epoch."""
    return datetime.fromtimestamp(milliseconds / 1_000, UTC)


def length(seconds: float) -> str:
    """How long, in its two largest units: `850 ms`, `4.2 s`, `3 m 5 s`, `2 h 0 m`, `3 d 4 h`."""
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
