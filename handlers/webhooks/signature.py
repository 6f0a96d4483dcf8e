"""Stripe's signatures: `Stripe-Signature: t=<epoch seconds>,v1=<HMAC-SHA256 of "t.body" in hex>[,v1=…]`.

Each of several `v1` is by another secret of Stripe's, while it replaces one. Other schemes are passed
over: nothing is taken on a weaker proof than `v1`.
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
"""How far the time of a signature may be from ours, before or after."""


class Signature(NamedTuple):
    """What a header says.

    Attributes:
        time: epoch seconds as they stand there, for so they were signed.
        values: the signatures, one a secret of the sender's.
    """

    time: str
    values: tuple[bytes, ...]


def read(header: str | None) -> Signature:
    """The signature in a header.

    Raises:
        SignatureInvalid: where it is missing or malformed, or its time is too far from now.
    """
    times = re.findall(r"(?:^|,)t=([0-9]{1,12})(?=,|\Z)", header or "")
    values = re.findall(r"(?:^|,)v1=([0-9a-f]{64})(?=,|\Z)", header or "")
    if len(times) != 1 or not values:
        raise SignatureInvalid("expected Stripe-Signature: t=<epoch seconds>,v1=<HMAC-SHA256 in hex>")
    if abs(time.time() - int(times[0])) > TOLERANCE_SECONDS:
        raise SignatureInvalid(f"the signature's time is more than {TOLERANCE_SECONDS} s from ours")
    return Signature(times[0], tuple(bytes.fromhex(value) for value in values))


def signed(signature: Signature, content: bytes) -> bytes:
    """What a signature is made of."""
    return signature.time.encode() + b"." + content


def matches(signature: Signature, content: bytes, secrets: Iterable[bytes]) -> bool:
    """Whether one of the secrets made one of the signature's values."""
    expected = [digest(secret, signed(signature, content), "sha256") for secret in secrets]
    return any(compare_digest(one, value) for one in expected for value in signature.values)


def fingerprint(signature: Signature, content: bytes) -> str:
    """What tells one delivery from every other: 64 hexadecimal digits."""
    return sha256(signed(signature, content)).hexdigest()
