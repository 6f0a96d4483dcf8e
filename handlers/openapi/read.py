"""GET /openapi.json."""

from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from handlers.http.operation import operation
from handlers.http.response import Response

DOCUMENT = Path(__file__).with_name("openapi.json")
"""The packaged document; the bundler writes it beside this module, and it is not part of the sources."""


class DocumentMissingError(Exception):
    """The function was packaged without the document."""


@operation(200)
def handler() -> Response[dict[str, Any]]:
    """Read the OpenAPI document of this API."""
    return Response(_document())


@cache
def _document() -> dict[str, Any]:
    try:
        return msgspec.json.decode(DOCUMENT.read_bytes(), type=dict[str, Any])
    except FileNotFoundError:
        raise DocumentMissingError(f"{DOCUMENT} is not in the bundle: package it with the function") from None
