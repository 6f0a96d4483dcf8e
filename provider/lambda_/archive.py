"""The zip file that a function or a layer is made of, and its digest as Lambda states it."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from provider.base import ProviderError


def zip_file(inputs: Mapping[str, Any]) -> bytes:
    """The bytes of the archive in `code`; a ProviderError where the file cannot be read."""
    path = Path(inputs["code"]["archive"]["path"])
    try:
        return path.read_bytes()
    except OSError as error:
        raise ProviderError(f"the code archive {path} cannot be read: {error.strerror}") from error


def digest(inputs: Mapping[str, Any]) -> str:
    """The archive's SHA-256 in hexadecimal; it alone decides whether the code has changed."""
    return inputs["code"]["archive"]["hash"]


def code_sha256(inputs: Mapping[str, Any]) -> str:
    """The archive's SHA-256 in base64, as Lambda's `CodeSha256` has it."""
    return base64.b64encode(bytes.fromhex(digest(inputs))).decode()
