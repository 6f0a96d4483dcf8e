"""The id that one request keeps through everything that it sets in motion."""

import os
import string

HEADER = "X-Correlation-Id"
WELL_FORMED = "8 to 128 letters, digits, dots, underscores and hyphens, all ASCII"
_ALPHABET = frozenset(string.ascii_letters + string.digits + "._-")


def accepted(given: str | None) -> str:
    """The caller's id where it is well formed, otherwise a new one of 32 hexadecimal digits."""
    if given is not None and 8 <= len(given) <= 128 and _ALPHABET.issuperset(given):
        return given
    return os.urandom(16).hex()
