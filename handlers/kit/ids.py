"""Ids that sort by time: UUID version 7 (RFC 9562, 5.7)."""

import os
import time
from typing import Annotated
from uuid import UUID

from msgspec import Meta

_RANDOM_BITS = 62

# Python's `$` also matches before a final newline; JSON Schema's does not. The lookahead makes them agree.
Id = Annotated[
    str,
    Meta(
        pattern=r"^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$(?!\n)",
        description="a UUID of version 7 in lower case; newer ids are greater",
        examples=["019c1a2b-3c4d-7e5f-8a6b-7c8d9e0f1a2b"],
    ),
]


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
