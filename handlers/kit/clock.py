"""Timestamps as RFC 3339 text in UTC."""

import time


def now() -> str:
    """Return the current time with milliseconds, such as `2026-01-31T09:30:00.123Z`."""
    milliseconds = time.time_ns() // 1_000_000
    seconds, fraction = divmod(milliseconds, 1_000)
    return f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(seconds))}.{fraction:03d}Z"


def timestamp(epoch_seconds: float) -> str:
    """Return seconds since 1970 as text without a fraction, such as `2026-01-31T09:30:00Z`."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(epoch_seconds))
