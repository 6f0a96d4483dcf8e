"""Requests to the emulator, signed by hand: its APIs without a boto3 client, and reads of a distribution."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from botocore import auth, awsrequest, credentials

from provider.cloud import ACCESS_KEY, SECRET_KEY

REGION = "us-east-1"
"""The region of CloudFront's APIs."""

_auth: Any = auth
_awsrequest: Any = awsrequest
_credentials: Any = credentials
"""Typed as Any: botocore is partly untyped."""


def signed(method: str, url: str, service: str, headers: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the headers of a request without a body: the given ones, and those of its signature."""
    request = _awsrequest.AWSRequest(method, url, dict(headers or {}))
    signer = _auth.S3SigV4Auth if service == "s3" else _auth.SigV4Auth
    signer(_credentials.Credentials(ACCESS_KEY, SECRET_KEY), service, REGION).add_auth(request)
    return dict(request.headers.items())
