"""Signed URLs and signed cookies: who may read a behavior with key groups.

https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/PrivateContent.html
"""

from __future__ import annotations

import json
import re
import time
from base64 import b64decode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from ipaddress import ip_address, ip_network

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from local.front_door.patterns import matches
from local.front_door.viewer import Viewer

PARAMETERS = ("Expires", "Policy", "Signature", "Key-Pair-Id")
"""The query parameters of a signed URL, which do not reach the origin."""

COOKIE = "CloudFront-"
"""The prefix of the names of signed cookies."""

REPLACED = str.maketrans("-_~", "+=/")
"""CloudFront's characters for those of base64 that a URL cannot contain."""


class RefusedError(Exception):
    """A request is not signed, or its signature does not allow it."""


@dataclass(frozen=True)
class Signature:
    """The signature of a request.

    Attributes:
        policy: the signed text.
        value: the signature.
        key: the id of the public key.
    """

    policy: bytes
    value: bytes
    key: str


def admitted(
    viewer: Viewer, scheme: str, keys: Mapping[str, str], clock: Callable[[], float] = time.time
) -> Viewer:
    """Return a request without the parameters of its signature, if that allows it.

    Args:
        viewer: the request.
        scheme: the scheme of its URL.
        keys: the PEM of the public keys that may have signed it, by id.
        clock: returns the time in seconds since the epoch.

    Raises:
        RefusedError: if the signature is missing or malformed, was made with another key, belongs to another
            URL or address, or is not valid at this time.
    """
    stripped = replace(viewer, query=viewer.chosen_query(lambda name: name not in PARAMETERS))
    url = f"{scheme}://{viewer.host}{stripped.target}"
    signature = _signature(viewer, url)
    if signature.key not in keys:
        raise RefusedError("Unknown Key")
    if not _is_valid(signature, keys[signature.key]):
        raise RefusedError("Invalid Signature")
    _check(signature.policy, url, viewer.ip, clock())
    return stripped


def _signature(viewer: Viewer, url: str) -> Signature:
    """Return the signature in the URL, or the one in cookies."""
    found = {name: value for name, value in viewer.parameters if name in PARAMETERS}
    if not found:
        cookies = (pair for pair in viewer.cookies if pair[0].startswith(COOKIE))
        found = {name.removeprefix(COOKIE): value for name, value in cookies}
    if not {"Signature", "Key-Pair-Id"} < found.keys():
        raise RefusedError("Missing Key-Pair-Id query parameter or cookie value")
    policy = _decoded(found["Policy"]) if "Policy" in found else _canned(url, found.get("Expires", ""))
    return Signature(policy, _decoded(found["Signature"]), found["Key-Pair-Id"])


def _canned(url: str, expires: str) -> bytes:
    """Return the policy that has only a time of expiry."""
    if not re.fullmatch(r"[0-9]{1,12}", expires):
        raise RefusedError("Invalid Expires")
    condition = {"DateLessThan": {"AWS:EpochTime": int(expires)}}
    policy = {"Statement": [{"Resource": url, "Condition": condition}]}
    return json.dumps(policy, separators=(",", ":")).encode("utf-8", "surrogateescape")


def _decoded(text: str) -> bytes:
    try:
        return b64decode(text.translate(REPLACED), validate=True)
    except ValueError:
        raise RefusedError("Malformed Signature") from None


def _is_valid(signature: Signature, pem: str) -> bool:
    """Return whether the key made the signature."""
    key = load_pem_public_key(pem.encode())
    digest = SHA1()  # noqa: S303 - CloudFront's signatures have no other digest
    try:
        match key:
            case rsa.RSAPublicKey():
                key.verify(signature.value, signature.policy, padding.PKCS1v15(), digest)
            case ec.EllipticCurvePublicKey():
                key.verify(signature.value, signature.policy, ec.ECDSA(digest))
            case _:
                return False
    except InvalidSignature:
        return False
    return True


def _check(policy: bytes, url: str, ip: str, now: float) -> None:
    """Raise an error unless the single statement of a policy allows the URL and the address at a time."""
    try:
        (statement,) = json.loads(policy)["Statement"]
        condition = statement["Condition"]
        allowed = (
            matches(statement.get("Resource", "*"), url)
            and condition.get("DateGreaterThan", {}).get("AWS:EpochTime", 0) <= now
            and now < condition["DateLessThan"]["AWS:EpochTime"]
            and ("IpAddress" not in condition or _is_in(ip, condition["IpAddress"]["AWS:SourceIp"]))
        )
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise RefusedError("Malformed Policy") from None
    if not allowed:
        raise RefusedError("Access denied")


def _is_in(ip: str, network: str) -> bool:
    return ip_address(ip) in ip_network(network, strict=False)
