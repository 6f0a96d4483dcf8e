"""The correlation id: one id for a request and everything that it triggers."""

import os
import re

HEADER = "X-Correlation-Id"
WELL_FORMED = "8 to 128 characters of A-Z, a-z, 0-9, dot, underscore and hyphen"
_PATTERN = re.compile(r"[A-Za-z0-9._-]{8,128}")


def accepted(given: str | None) -> str:
    """Return the caller's id if it is well formed, otherwise a new one."""
    return given if given is not None and _PATTERN.fullmatch(given) else new_id()


def new_id() -> str:
    """Return a random id of 32 hexadecimal digits."""
    return os.urandom(16).hex()
