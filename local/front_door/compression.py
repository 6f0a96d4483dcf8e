"""Compression with gzip, of the responses that CloudFront compresses.

https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/ServingCompressedFiles.html
"""

from __future__ import annotations

import gzip

from multidict import CIMultiDict

from local.front_door.viewer import GZIP

SMALLEST_BYTES = 1_000
LARGEST_BYTES = 10_000_000
"""The sizes between which CloudFront compresses."""

LEVEL = 6

TYPES = frozenset(
    {
        "application/javascript",
        "application/json",
        "application/manifest+json",
        "application/pdf",
        "application/rss+xml",
        "application/wasm",
        "application/xhtml+xml",
        "application/xml",
        "font/otf",
        "font/ttf",
        "image/bmp",
        "image/svg+xml",
        "image/x-icon",
        "text/css",
        "text/csv",
        "text/html",
        "text/javascript",
        "text/plain",
        "text/xml",
    }
)
"""The media types that are compressed: those of CloudFront's list that a site has today."""


def compressed(status: int, headers: CIMultiDict[str], body: bytes) -> bytes:
    """Return the body compressed and change its headers, or return it as it is if it is not compressible."""
    media_type = headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if (
        status != 200
        or media_type not in TYPES
        or "Content-Encoding" in headers
        or not SMALLEST_BYTES <= len(body) <= LARGEST_BYTES
        or "no-transform" in headers.get("Cache-Control", "").lower()
    ):
        return body
    headers["Content-Encoding"] = GZIP
    headers.add("Vary", "Accept-Encoding")
    headers.popall("Content-Length", None)
    headers.popall("Accept-Ranges", None)
    etag = headers.get("ETag")
    if etag is not None and not etag.startswith("W/"):
        headers["ETag"] = f"W/{etag}"
    return gzip.compress(body, LEVEL, mtime=0)
