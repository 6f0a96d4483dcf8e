"""The zip file of a function or a layer, and its digest in Lambda's form."""

from __future__ import annotations

import base64
from pathlib import Path

from provider.base import ProviderError, Values


def zip_file(inputs: Values) -> bytes:
    """Return the bytes of the archive in `code`.

    Raises:
        ProviderError: when the file cannot be read.
    """
    path = Path(inputs["code"]["archive"]["path"])
    try:
        return path.read_bytes()
    except OSError as error:
        raise ProviderError(f"the code archive {path} cannot be read: {error.strerror}") from error


def digest(inputs: Values) -> str:
    """Return the archive's SHA-256 in hexadecimal, which decides whether the code has changed."""
    return inputs["code"]["archive"]["hash"]


def code_sha256(inputs: Values) -> str:
    """Return the archive's SHA-256 in base64, as in Lambda's `CodeSha256`."""
    return base64.b64encode(bytes.fromhex(digest(inputs))).decode()
