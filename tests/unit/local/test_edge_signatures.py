"""Signed URLs and signed cookies."""

from __future__ import annotations

import json
from base64 import b64encode
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.signers import CloudFrontSigner
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from multidict import CIMultiDict
from yarl import URL

from local.front_door.signatures import RefusedError, admitted
from local.front_door.viewer import Viewer

NOW = 1_700_000_000
HOST = "localhost:8080"
FILE = f"http://{HOST}/files/report.pdf"

DIGEST = SHA1()  # noqa: S303 - the digest of CloudFront's signatures

RSA_KEY = rsa.generate_private_key(65537, 2048)
OTHER_KEY = rsa.generate_private_key(65537, 2048)
EC_KEY = ec.generate_private_key(ec.SECP256R1())


def pem(key: Any) -> str:
    """Return the PEM of the public key."""
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


KEYS = {"K1": pem(RSA_KEY), "K2": pem(EC_KEY)}


def signed(message: bytes, key: Any = RSA_KEY) -> bytes:
    """Return the signature of a policy."""
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(message, padding.PKCS1v15(), DIGEST)
    return key.sign(message, ec.ECDSA(DIGEST))


def signed_url(
    url: str = FILE, until: int = NOW + 60, key: Any = RSA_KEY, name: str = "K1", policy: str | None = None
) -> str:
    """Return a URL that AWS's own signer signed: with a canned policy, or with a custom one."""
    signer = CloudFrontSigner(name, lambda message: signed(message, key))
    if policy is not None:
        return signer.generate_presigned_url(url, policy=policy)
    return signer.generate_presigned_url(url, date_less_than=datetime.fromtimestamp(until, UTC))


def custom(resource: str = FILE, until: int = NOW + 60, **condition: Any) -> str:
    """Return a custom policy."""
    conditions = {"DateLessThan": {"AWS:EpochTime": until}, **condition}
    return json.dumps({"Statement": [{"Resource": resource, "Condition": conditions}]}, separators=(",", ":"))


def request(url: str, cookie: str | None = None) -> Viewer:
    """Return a request to a URL."""
    found = URL(url, encoded=True)
    headers = CIMultiDict({"Host": HOST} | ({"Cookie": cookie} if cookie else {}))
    return Viewer("GET", found.raw_path, found.raw_query_string, headers, "127.0.0.1")


def admit(sent: Viewer) -> Viewer:
    """Return the request that reaches the origin."""
    return admitted(sent, "http", KEYS, lambda: NOW)


def refusal(sent: Viewer) -> str:
    """Return why a request is refused."""
    with pytest.raises(RefusedError) as refused:
        admit(sent)
    return str(refused.value)


def cookies(policy: str | None = None, key: Any = RSA_KEY, name: str = "K1", until: int = NOW + 60) -> str:
    """Return signed cookies."""
    canned = json.dumps(
        {"Statement": [{"Resource": FILE, "Condition": {"DateLessThan": {"AWS:EpochTime": until}}}]},
        separators=(",", ":"),
    )
    message = (policy or canned).encode()
    values = {"Signature": encoded(signed(message, key)), "Key-Pair-Id": name}
    values |= {"Policy": encoded(message)} if policy else {"Expires": str(until)}
    return "; ".join(f"CloudFront-{name}={value}" for name, value in values.items())


def encoded(content: bytes) -> str:
    """Return base64 with CloudFront's replacements."""
    return b64encode(content).decode().translate(str.maketrans("+=/", "-_~"))


@pytest.mark.parametrize(
    "url",
    [
        signed_url(),
        signed_url(f"{FILE}?download=1&name=a%2Bb"),
        signed_url(key=EC_KEY, name="K2"),
        signed_url(policy=custom()),
        signed_url(policy=custom("http*://*/files/rep?rt.pdf")),
        signed_url(policy=custom("*", DateGreaterThan={"AWS:EpochTime": NOW - 1})),
        signed_url(policy=custom(IpAddress={"AWS:SourceIp": "127.0.0.0/8"})),
    ],
    ids=["canned", "query", "ecdsa", "custom", "wildcards", "begin", "address"],
)
def test_signed_url_is_admitted(url: str) -> None:
    """The origin does not see the signature."""
    plain = URL(url, encoded=True).raw_query_string.partition("Expires")[0].partition("Policy")[0].rstrip("&")
    assert admit(request(url)) == replace(request(FILE), query=plain)


@pytest.mark.parametrize(
    "cookie", [cookies(), cookies(custom("http://*/files/*")), cookies(key=EC_KEY, name="K2")]
)
def test_signed_cookies_are_admitted(cookie: str) -> None:
    """Three cookies in place of the parameters."""
    assert admit(request(FILE, cookie)).query == ""


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        (request(FILE), "Missing Key-Pair-Id"),
        (request(f"{FILE}?Expires={NOW + 60}"), "Missing Key-Pair-Id"),
        (request(signed_url(until=NOW)), "Access denied"),
        (request(signed_url(until=NOW - 1)), "Access denied"),
        (request(signed_url(key=OTHER_KEY)), "Invalid Signature"),
        (request(signed_url(name="K2")), "Invalid Signature"),
        (request(signed_url(key=EC_KEY)), "Invalid Signature"),
        (request(signed_url(name="K3")), "Unknown Key"),
        (request(signed_url().replace("report", "salaries")), "Invalid Signature"),
        (request(signed_url().replace(f"Expires={NOW + 60}", f"Expires={NOW + 61}")), "Invalid Signature"),
        (request(signed_url().replace("?Expires", "?more=1&Expires")), "Invalid Signature"),
        (request(signed_url(f"https://{HOST}/files/report.pdf")), "Invalid Signature"),
        (request(signed_url("http://example.com/files/report.pdf")), "Invalid Signature"),
        (request(signed_url(policy=custom("http://*/files/other/*"))), "Access denied"),
        (request(signed_url(policy=custom(until=NOW))), "Access denied"),
        (request(signed_url(policy=custom(DateGreaterThan={"AWS:EpochTime": NOW + 1}))), "Access denied"),
        (request(signed_url(policy=custom(IpAddress={"AWS:SourceIp": "192.0.2.0/24"}))), "Access denied"),
        (request(signed_url(policy=custom(IpAddress={"AWS:SourceIp": "x"}))), "Malformed Policy"),
        (request(signed_url(policy='{"Statement":[]}')), "Malformed Policy"),
        (request(signed_url(policy='{"Statement":[{"Resource":"*"}]}')), "Malformed Policy"),
        (request(signed_url(policy="[]")), "Malformed Policy"),
        (request(signed_url(policy="text")), "Malformed Policy"),
        (request(f"{FILE}?Expires=x&Signature=AA__&Key-Pair-Id=K1"), "Invalid Expires"),
        (request(f"{FILE}?Expires={NOW + 60}&Signature=*&Key-Pair-Id=K1"), "Malformed Signature"),
        (request(f"{FILE}?Policy=*&Signature=AA__&Key-Pair-Id=K1"), "Malformed Signature"),
        (request(FILE, cookies(custom("http://*/files/other/*"))), "Access denied"),
        (request(FILE, cookies(until=NOW)), "Access denied"),
        (request(FILE, cookies(key=OTHER_KEY)), "Invalid Signature"),
        (request(f"{FILE}?x=1", cookies()), "Invalid Signature"),
        (request(signed_url(key=OTHER_KEY), cookies()), "Invalid Signature"),
    ],
)
def test_other_request_is_refused(sent: Viewer, reason: str) -> None:
    """Unsigned, expired, tampered with, for another file or place, or signed with another key."""
    assert refusal(sent).startswith(reason)
