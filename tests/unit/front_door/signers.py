"""Signed URLs and cookies, as AWS's own signer makes them."""

from __future__ import annotations

import json
from base64 import b64encode
from datetime import UTC, datetime
from typing import Any

from botocore.signers import CloudFrontSigner
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

FUTURE = 2_100_000_000

DIGEST = SHA1()  # noqa: S303 - the digest of CloudFront's signatures

RSA_KEY = rsa.generate_private_key(65537, 2048)
OTHER_KEY = rsa.generate_private_key(65537, 2048)
EC_KEY = ec.generate_private_key(ec.SECP256R1())


def pem(key: Any) -> str:
    """Return the PEM of the public key."""
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def signed(message: bytes, key: Any = RSA_KEY) -> bytes:
    """Return the signature of a policy."""
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(message, padding.PKCS1v15(), DIGEST)
    return key.sign(message, ec.ECDSA(DIGEST))


def signed_url(
    url: str, until: int = FUTURE, key: Any = RSA_KEY, name: str = "K1", policy: str | None = None
) -> str:
    """Return a URL that AWS's own signer signed: with a canned policy, or with a custom one."""
    signer = CloudFrontSigner(name, lambda message: signed(message, key))
    if policy is not None:
        return signer.generate_presigned_url(url, policy=policy)
    return signer.generate_presigned_url(url, date_less_than=datetime.fromtimestamp(until, UTC))


def custom(resource: str, until: int = FUTURE, **condition: Any) -> str:
    """Return a custom policy."""
    conditions = {"DateLessThan": {"AWS:EpochTime": until}, **condition}
    return json.dumps({"Statement": [{"Resource": resource, "Condition": conditions}]}, separators=(",", ":"))


def encoded(content: bytes) -> str:
    """Return base64 with CloudFront's replacements."""
    return b64encode(content).decode().translate(str.maketrans("+=/", "-_~"))


def cookies(policy: str, key: Any = RSA_KEY, name: str = "K1", until: int | None = None) -> str:
    """Return signed cookies; with `until` the policy is a canned one."""
    message = policy.encode()
    values = {"Signature": encoded(signed(message, key)), "Key-Pair-Id": name}
    values |= {"Policy": encoded(message)} if until is None else {"Expires": str(until)}
    return "; ".join(f"CloudFront-{name}={value}" for name, value in values.items())
