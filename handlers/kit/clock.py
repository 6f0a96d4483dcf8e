"""Moments as text."""

import time


def now() -> str:
    """This moment as RFC 3339 in UTC with milliseconds, such as `2026-01-31T09:30:00.123Z`."""
    milliseconds = time.time_ns() // 1_000_000
    seconds, fraction = divmod(milliseconds, 1_000)
    return f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(seconds))}.{fraction:03d}Z"
