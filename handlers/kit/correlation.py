"""The correlation id: one id for a request and everything that it triggers."""

import os
import string

HEADER = "X-Correlation-Id"
WELL_FORMED = "8 to 128 ASCII characters: A-Z, a-z, 0-9, dots, underscores and hyphens"
_ALPHABET = frozenset(string.ascii_letters + string.digits + "._-")


def accepted(given: str | None) -> str:
    """Return the caller's id if it is well formed, otherwise a new one."""
    if given is not None and 8 <= len(given) <= 128 and _ALPHABET.issuperset(given):
        return given
    return new_id()


def new_id() -> str:
    """Return a random id of 32 hexadecimal digits."""
    return os.urandom(16).hex()
