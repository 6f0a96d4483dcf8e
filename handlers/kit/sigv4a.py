"""SigV4A, the asymmetric AWS Signature Version 4, which global services such as KeyValueStore require.

botocore signs it with `awscrt` only, a compiled package. This module takes its place, for the reasons in
docs/decisions/0033-release-store.md. The signature is that of
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html, and the curve is
P-256 of FIPS 186-4. Arithmetic on Python's integers takes a time that depends on their value. So this is for
callers whose duration no one else can measure often, a scheduled function and an operator's command, and not
for requests.
"""

from __future__ import annotations

import hmac
import secrets
from hashlib import sha256
from typing import TYPE_CHECKING, override

from botocore.auth import AUTH_TYPE_MAPS, SigV4Auth

if TYPE_CHECKING:
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials

ALGORITHM = "AWS4-ECDSA-P256-SHA256"
_SYMMETRIC = "AWS4-HMAC-SHA256"
_REGIONS = "X-Amz-Region-Set"

_FIELD = 2**256 - 2**224 + 2**192 + 2**96 - 1
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_GENERATOR = (
    0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
    0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
)
_BITS = 256

Point = tuple[int, int] | None
"""A point of the curve; None is the point at infinity."""


class SigV4A(SigV4Auth):
    """Signs requests for a set of regions, such as `*`, with a key that is derived from the secret key.

    Args:
        credentials: the access key and its secret.
        service_name: the service's name in signatures.
        region_name: the regions in which the signature is valid.
    """

    def __init__(self, credentials: Credentials, service_name: str, region_name: str) -> None:
        super().__init__(credentials, service_name, region_name)
        self._keys = credentials
        self._service = service_name
        self._regions = region_name

    @override
    def add_auth(self, request: AWSRequest) -> None:
        """Sign a request; a retry replaces the signature."""
        del request.headers[_REGIONS]
        request.headers[_REGIONS] = self._regions
        super().add_auth(request)
        header: str = request.headers["Authorization"]
        del request.headers["Authorization"]
        request.headers["Authorization"] = header.replace(_SYMMETRIC, ALGORITHM, 1)

    @override
    def credential_scope(self, request: AWSRequest) -> str:
        """Return the scope, which has no region."""
        return f"{request.context['timestamp'][:8]}/{self._service}/aws4_request"

    @override
    def scope(self, request: AWSRequest) -> str:
        """Return the scope with the access key."""
        return f"{self._keys.access_key}/{self.credential_scope(request)}"

    @override
    def string_to_sign(self, request: AWSRequest, canonical_request: str) -> str:
        """Return the text that the signature covers."""
        return super().string_to_sign(request, canonical_request).replace(_SYMMETRIC, ALGORITHM, 1)

    @override
    def signature(self, string_to_sign: str, request: AWSRequest) -> str:
        """Return the signature in hexadecimal."""
        key = private_key(self._keys.access_key, self._keys.secret_key)
        return sign(key, string_to_sign.encode()).hex()


def install() -> None:
    """Make botocore sign with this module, unless `awscrt` is installed."""
    AUTH_TYPE_MAPS.setdefault("v4a", SigV4A)


def private_key(access_key: str, secret_key: str) -> int:
    """Return the private key that belongs to an access key.

    It is the output of a key derivation function (NIST SP 800-108, counter mode), which is repeated with the
    next counter in the rare case that it is too large for the curve.
    """
    secret = f"AWS4A{secret_key}".encode()
    for counter in range(1, 255):
        context = access_key.encode() + bytes([counter])
        message = b"\x00\x00\x00\x01" + ALGORITHM.encode() + b"\x00" + context + _BITS.to_bytes(4)
        candidate = int.from_bytes(hmac.digest(secret, message, sha256))
        if candidate <= _ORDER - 2:
            return candidate + 1
    raise ValueError("no key follows from this secret key")


def sign(key: int, message: bytes) -> bytes:
    """Return the ECDSA signature of a message's SHA-256, in DER."""
    digest = int.from_bytes(sha256(message).digest())
    while True:
        nonce = secrets.randbelow(_ORDER - 1) + 1
        point = _multiply(nonce, _GENERATOR)
        r = point[0] % _ORDER if point else 0
        s = pow(nonce, -1, _ORDER) * (digest + r * key) % _ORDER
        if r and s:
            return _tagged(0x30, _integer(r) + _integer(s))


def _multiply(factor: int, point: Point) -> Point:
    """Return the multiple of a point, by as many additions for every factor (Montgomery's ladder)."""
    low, high = None, point
    for bit in range(_BITS - 1, -1, -1):
        both = _add(low, high)
        low, high = (both, _add(high, high)) if factor >> bit & 1 else (_add(low, low), both)
    return low


def _add(one: Point, other: Point) -> Point:
    if one is None or other is None:
        return one or other
    (x1, y1), (x2, y2) = one, other
    if x1 != x2:
        slope = (y2 - y1) * pow(x2 - x1, -1, _FIELD)
    elif (y1 + y2) % _FIELD == 0:
        return None
    else:
        slope = 3 * (x1 * x1 - 1) * pow(2 * y1, -1, _FIELD)
    x = (slope * slope - x1 - x2) % _FIELD
    return x, (slope * (x1 - x) - y1) % _FIELD


def _integer(number: int) -> bytes:
    """Return a number as a DER integer, whose first bit is its sign."""
    return _tagged(0x02, number.to_bytes(number.bit_length() // 8 + 1))


def _tagged(tag: int, content: bytes) -> bytes:
    return bytes([tag, len(content)]) + content
