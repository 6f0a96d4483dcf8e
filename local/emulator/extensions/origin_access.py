"""Origin access control: a read of a bucket as a CloudFront distribution.

The emulator reads a bucket as a distribution only while it serves that distribution itself. Here the front
door serves it: a request to a bucket, signed with the root credentials, names the distribution in a header.
It is allowed if the bucket's policy allows `cloudfront.amazonaws.com` to read for that distribution. Source:
https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-restricting-access-to-s3.html
"""

from __future__ import annotations

from typing import Any

from ministack import app
from ministack.services import s3

from local.emulator.extensions.patch import private, replace
from provider.cloud import ACCESS_KEY

HEADER = "x-strata-distribution"
"""The header with the distribution's ARN."""

METHODS = frozenset({"GET", "HEAD"})

emulator: Any = app
storage: Any = s3
"""Typed as Any: the emulator is untyped."""

_serve_distribution: Any = emulator._handle_cloudfront_dataplane_request


def install() -> None:
    """Replace the function that serves a distribution."""
    private(storage, "serve_cloudfront_origin_fetch")
    private(storage, "_error")
    private(emulator, "extract_access_key_id")
    replace(emulator, "_handle_cloudfront_dataplane_request", serve)


async def serve(
    host: str, path: str, raw_path: str, query: str, method: str, headers: Any, body: Any, *rest: Any
) -> Any:
    """Return a response of a distribution, or of a bucket that a distribution reads; None for other requests.

    Has the signature of the emulator's function. The path of a bucket's object starts with the bucket's name.
    """
    distribution = headers.get(HEADER)
    if distribution is None or method not in METHODS:
        return await _serve_distribution(host, path, raw_path, query, method, headers, body, *rest)
    parameters: Any = rest[0]
    if emulator.extract_access_key_id(headers, parameters) != ACCESS_KEY:
        return storage._error("AccessDenied", "Access Denied", 403, path)
    bucket, _, key = path.removeprefix("/").partition("/")
    return storage.serve_cloudfront_origin_fetch(bucket, key, method, headers, source_arn=distribution)
