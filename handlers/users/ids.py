"""Ids that sort by time: UUID version 7 (RFC 9562, 5.7)."""

import os
import time
from uuid import UUID

_RANDOM_BITS = 62


class _Clock:
    """Strictly increasing ticks of 1/4096 ms since 1970 (RFC 9562, 6.2, method 3)."""

    def __init__(self) -> None:
        self._last = 0

    def tick(self) -> int:
        self._last = max(time.time_ns() * 4096 // 1_000_000, self._last + 1)
        return self._last


_clock = _Clock()


def new_id() -> str:
    """Return a new id, greater than all earlier ones of this process."""
    milliseconds, fraction = divmod(_clock.tick(), 4096)
    random = int.from_bytes(os.urandom(8)) >> (64 - _RANDOM_BITS)
    return str(UUID(int=milliseconds << 80 | 7 << 76 | fraction << 64 | 2 << _RANDOM_BITS | random))
