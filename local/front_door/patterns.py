"""Patterns of CloudFront, of paths and of signed URLs: `*` is any text, and `?` is any single character."""

from __future__ import annotations

import re
from functools import lru_cache


def matches(pattern: str, text: str) -> bool:
    """Return whether the whole text has the pattern. Upper and lower case differ."""
    return _expression(pattern).fullmatch(text) is not None


@lru_cache(1024)
def _expression(pattern: str) -> re.Pattern[str]:
    wildcards = {"*": ".*", "?": "."}
    parts = (wildcards.get(char) or re.escape(char) for char in pattern)
    return re.compile("".join(parts), re.DOTALL)
