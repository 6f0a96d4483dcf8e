"""SigV4A: the key, the string to sign and the signature are those of AWS's own implementations."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from botocore.auth import AUTH_TYPE_MAPS
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.session import Session
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.kit import sigv4a

ACCOUNT = "https://123456789012.cloudfront-kvs.global.api.aws"
KEYS = f"{ACCOUNT}/key-value-stores/arn%3Aaws%3Acloudfront%3A%3A123456789012%3Akey-value-store%2Fabc/keys"
ACCESS, SECRET = "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"


class Signed(NamedTuple):
    """A request that awscrt 0.36.0 signed at 2026-11-28T04:25:05Z."""

    method: str
    url: str
    headers: dict[str, str]
    body: bytes
    token: str | None
    signed_headers: str
    signature: str


BY_AWS = (
    Signed(
        "GET",
        f"{KEYS}?MaxResults=50&NextToken=a%2Fb%3D",
        {},
        b"",
        None,
        "host;x-amz-date;x-amz-region-set",
        "3045022100fec81ed8e44ba88034eb5f9804d6bb1b3c38de1dbf5677c19027f7cca1679afa"
        "02206aeb284fb853de2b260a42ff07af1045ed9930b172701ba024b46f05df4facd5",
    ),
    Signed(
        "PUT",
        f"{KEYS}/host%3Aa.example.com",
        {"If-Match": "E1", "Content-Type": "application/json"},
        b'{"Value":"0123456789ab"}',
        "tok/en==",
        "content-type;host;if-match;x-amz-date;x-amz-region-set;x-amz-security-token",
        "3046022100cc960081713967ba047b3ca6e004e12b40fcd3f0ff0315b5b96c636081c08a9e"
        "022100901583cec77c211e67e3496e263ca203a05cdffbb5381e43e264d86448138a63",
    ),
)


class Recorder(sigv4a.SigV4A):
    """Keeps the string to sign, with the time of the recorded requests."""

    text = ""

    def string_to_sign(self, request: AWSRequest, canonical_request: str) -> str:
        """Keep the text."""
        self.text = super().string_to_sign(request, canonical_request)
        return self.text


def public_point(key: int) -> sigv4a.Point:
    """Return the public key of a private key, by the arithmetic of the signature."""
    return sigv4a._multiply(key, sigv4a._GENERATOR)


def public(key: int) -> ec.EllipticCurvePublicKey:
    """Return a public key for `cryptography`."""
    point = public_point(key)
    assert point is not None
    return ec.EllipticCurvePublicNumbers(*point, ec.SECP256R1()).public_key()


def sign(recorded: Signed, monkeypatch: pytest.MonkeyPatch) -> tuple[Recorder, AWSRequest]:
    """Sign a recorded request again, at its time."""
    signer = Recorder(Credentials(ACCESS, SECRET, recorded.token), "cloudfront-keyvaluestore", "*")
    request = AWSRequest(recorded.method, recorded.url, dict(recorded.headers), recorded.body)
    monkeypatch.setattr("botocore.auth.SIGV4_TIMESTAMP", "20261128T042505Z")
    signer.add_auth(request)
    return signer, request


def test_key_is_that_of_awss_test_suite() -> None:
    """The credentials and their public key are published with aws-c-auth."""
    key = sigv4a.private_key("AKISORANDOMAASORANDOM", "q+jcrXGc+0zWN6uzclKVhvMmUsIfRPa4rlRandom")

    assert public_point(key) == (
        0x15D242CEEBF8D8169FD6A8B5A746C41140414C3B07579038DA06AF89190FFFCB,
        0x0515242CEDD82E94799482E4C0514B505AFCCF2C0C98D6A553BF539F424C5EC0,
    )


@pytest.mark.parametrize("recorded", BY_AWS, ids=["GET", "PUT with a session token"])
def test_string_to_sign_is_the_one_that_awscrt_signed(
    recorded: Signed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The recorded signature verifies over this module's text, with this module's key, and over no other."""
    signer, _ = sign(recorded, monkeypatch)
    key, signature = public(sigv4a.private_key(ACCESS, SECRET)), bytes.fromhex(recorded.signature)

    key.verify(signature, signer.text.encode(), ec.ECDSA(SHA256()))
    with pytest.raises(InvalidSignature):
        key.verify(signature, signer.text.encode() + b"x", ec.ECDSA(SHA256()))


@pytest.mark.parametrize("recorded", BY_AWS, ids=["GET", "PUT with a session token"])
def test_header_has_the_form_of_awscrt(recorded: Signed, monkeypatch: pytest.MonkeyPatch) -> None:
    """The header names the same credential, and also a retry signs each header once."""
    signer, request = sign(recorded, monkeypatch)
    signer.add_auth(request)

    scope = f"{ACCESS}/20261128/cloudfront-keyvaluestore/aws4_request"
    (header,) = request.headers.get_all("Authorization") or []
    assert header.startswith(
        f"AWS4-ECDSA-P256-SHA256 Credential={scope}, SignedHeaders={recorded.signed_headers}, Signature=30"
    )
    assert request.headers.get_all("X-Amz-Region-Set") == ["*"]


@settings(max_examples=30, deadline=None)
@given(st.integers(1, sigv4a._ORDER - 1), st.binary(max_size=100))
def test_signature_verifies(key: int, message: bytes) -> None:
    """An independent implementation accepts it."""
    public(key).verify(sigv4a.sign(key, message), message, ec.ECDSA(SHA256()))


@pytest.mark.parametrize("key", [1, 2, 3, sigv4a._ORDER - 2, sigv4a._ORDER - 1])
def test_key_at_the_edge_of_the_curve_has_its_public_key(key: int) -> None:
    """Doubling, and a point with its inverse, are cases of their own."""
    numbers = ec.derive_private_key(key, ec.SECP256R1()).public_key().public_numbers()

    assert public_point(key) == (numbers.x, numbers.y)
    assert sigv4a._multiply(sigv4a._ORDER, (numbers.x, numbers.y)) is None


def test_no_nonce_is_used_twice() -> None:
    """Two signatures with one nonce would reveal the key."""
    signatures = {sigv4a.sign(1, b"message")[4:36] for _ in range(20)}

    assert len(signatures) == 20


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The signature is installed for a test."""
    monkeypatch.delitem(AUTH_TYPE_MAPS, "v4a", raising=False)
    sigv4a.install()
    yield
    AUTH_TYPE_MAPS.pop("v4a", None)


def test_client_of_key_value_stores_signs_for_all_regions(installed: None) -> None:
    """Botocore chooses the installed signature, and sends the request to the account's own host."""
    sent: list[Any] = []
    client = Session().create_client(
        "cloudfront-keyvaluestore", "eu-west-1", aws_access_key_id=ACCESS, aws_secret_access_key=SECRET
    )

    def stop(request: Any, **_: Any) -> None:
        sent.append(request)
        raise InterruptedError

    client.meta.events.register_first("before-send.cloudfront-keyvaluestore", stop)
    with pytest.raises(InterruptedError):
        client.list_keys(KvsARN="arn:aws:cloudfront::123456789012:key-value-store/abc")

    (request,) = sent
    assert request.url == KEYS
    assert re.match(rb"AWS4-ECDSA-P256-SHA256 Credential=AKIDEXAMPLE/", request.headers["Authorization"])
    assert request.headers["X-Amz-Region-Set"] == b"*"
