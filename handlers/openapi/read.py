"""GET /openapi.json."""

from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from handlers.http.operation import operation
from handlers.http.response import Response

DOCUMENT = Path(__file__).with_name("openapi.json")
"""Laid beside this module when the function is packaged; it is never in the sources."""


class DocumentMissingError(Exception):
    """The function was packaged without the document."""


@operation(200)
def handler() -> Response[dict[str, Any]]:
    """Read this document."""
    return Response(_document())


@cache
def _document() -> dict[str, Any]:
    try:
        return msgspec.json.decode(DOCUMENT.read_bytes(), type=dict[str, Any])
    except FileNotFoundError:
        raise DocumentMissingError(f"{DOCUMENT} is not in the bundle: package it with the function") from None
