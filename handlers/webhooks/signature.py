"""Stripe's signatures: `Stripe-Signature: t=<epoch seconds>,v1=<HMAC-SHA256 of "t.body" in hex>[,v1=…]`.

While Stripe rotates a secret, the header contains a `v1` for each secret. Other schemes are ignored, because
they are weaker than `v1`.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable
from hashlib import sha256
from hmac import compare_digest, digest
from typing import NamedTuple

from handlers.webhooks.errors import SignatureInvalid

TOLERANCE_SECONDS = 300
"""The maximum difference between a signature's time and the current time."""


class Signature(NamedTuple):
    """The content of a signature header.

    Attributes:
        time: epoch seconds as in the header, because this text is part of the signed content.
        values: the signatures, one per secret of the sender.
    """

    time: str
    values: tuple[bytes, ...]


def parse(header: str | None) -> Signature:
    """Parse a signature header and check its time.

    Raises:
        SignatureInvalid: the header is missing or malformed, or its time is out of tolerance.
    """
    times = re.findall(r"(?:^|,)t=([0-9]{1,12})(?=,|\Z)", header or "")
    values = re.findall(r"(?:^|,)v1=([0-9a-f]{64})(?=,|\Z)", header or "")
    if len(times) != 1 or not values:
        raise SignatureInvalid("expected Stripe-Signature: t=<epoch seconds>,v1=<HMAC-SHA256 in hex>")
    if abs(time.time() - int(times[0])) > TOLERANCE_SECONDS:
        raise SignatureInvalid(
            f"the signature's time differs from the current time by more than {TOLERANCE_SECONDS} s"
        )
    return Signature(times[0], tuple(bytes.fromhex(value) for value in values))


def signed_content(signature: Signature, content: bytes) -> bytes:
    """Return the bytes that a signature signs."""
    return signature.time.encode() + b"." + content


def matches(signature: Signature, content: bytes, secrets: Iterable[bytes]) -> bool:
    """Return whether one of the values was made of the content with one of the secrets."""
    expected = [digest(secret, signed_content(signature, content), "sha256") for secret in secrets]
    return any(compare_digest(one, value) for one in expected for value in signature.values)


def fingerprint(signature: Signature, content: bytes) -> str:
    """Return 64 hexadecimal digits that identify a delivery by its time and body."""
    return sha256(signed_content(signature, content)).hexdigest()
