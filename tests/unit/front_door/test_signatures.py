"""Signed URLs and signed cookies."""

from __future__ import annotations

from dataclasses import replace

import pytest
from multidict import CIMultiDict
from yarl import URL

from local.front_door.signatures import RefusedError, admitted
from local.front_door.viewer import Viewer
from tests.unit.front_door.signers import EC_KEY, FUTURE, OTHER_KEY, RSA_KEY, cookies, custom, pem, signed_url

NOW = 1_700_000_000
HOST = "localhost:8080"
FILE = f"http://{HOST}/files/report.pdf"


KEYS = {"K1": pem(RSA_KEY), "K2": pem(EC_KEY)}


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


@pytest.mark.parametrize(
    "url",
    [
        signed_url(FILE),
        signed_url(f"{FILE}?download=1&name=a%2Bb&empty=&flag"),
        signed_url(FILE, key=EC_KEY, name="K2"),
        signed_url(FILE, policy=custom(FILE)),
        signed_url(FILE, policy=custom("http*://*/files/rep?rt.pdf")),
        signed_url(FILE, policy=custom("*", DateGreaterThan={"AWS:EpochTime": NOW - 1})),
        signed_url(FILE, policy=custom(FILE, IpAddress={"AWS:SourceIp": "127.0.0.0/8"})),
    ],
    ids=["canned", "query", "ecdsa", "custom", "wildcards", "begin", "address"],
)
def test_signed_url_is_admitted(url: str) -> None:
    """The origin does not see the signature."""
    plain = URL(url, encoded=True).raw_query_string.partition("Expires")[0].partition("Policy")[0].rstrip("&")
    assert admit(request(url)) == replace(request(FILE), query=plain)


@pytest.mark.parametrize(
    "cookie",
    [
        cookies(custom(FILE), until=FUTURE),
        cookies(custom("http://*/files/*")),
        cookies(custom(FILE), key=EC_KEY, name="K2"),
    ],
)
def test_signed_cookies_are_admitted(cookie: str) -> None:
    """Three cookies in place of the parameters."""
    assert admit(request(FILE, cookie)).query == ""


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        (request(FILE), "Missing Key-Pair-Id"),
        (request(f"{FILE}?Expires={FUTURE}"), "Missing Key-Pair-Id"),
        (request(signed_url(FILE, until=NOW)), "Access denied"),
        (request(signed_url(FILE, until=NOW - 1)), "Access denied"),
        (request(signed_url(FILE, key=OTHER_KEY)), "Invalid Signature"),
        (request(signed_url(FILE, name="K2")), "Invalid Signature"),
        (request(signed_url(FILE, key=EC_KEY)), "Invalid Signature"),
        (request(signed_url(FILE, name="K3")), "Unknown Key"),
        (request(signed_url(FILE).replace("report", "salaries")), "Invalid Signature"),
        (
            request(signed_url(FILE).replace(f"Expires={FUTURE}", f"Expires={FUTURE + 1}")),
            "Invalid Signature",
        ),
        (request(signed_url(FILE).replace("?Expires", "?more=1&Expires")), "Invalid Signature"),
        (request(signed_url(f"https://{HOST}/files/report.pdf")), "Invalid Signature"),
        (request(signed_url("http://example.com/files/report.pdf")), "Invalid Signature"),
        (request(signed_url(FILE, policy=custom("http://*/files/other/*"))), "Access denied"),
        (request(signed_url(FILE, policy=custom(FILE, until=NOW))), "Access denied"),
        (
            request(signed_url(FILE, policy=custom(FILE, DateGreaterThan={"AWS:EpochTime": NOW + 1}))),
            "Access denied",
        ),
        (
            request(signed_url(FILE, policy=custom(FILE, IpAddress={"AWS:SourceIp": "192.0.2.0/24"}))),
            "Access denied",
        ),
        (request(signed_url(FILE, policy=custom(FILE, IpAddress={"AWS:SourceIp": "x"}))), "Malformed Policy"),
        (request(signed_url(FILE, policy='{"Statement":[]}')), "Malformed Policy"),
        (request(signed_url(FILE, policy='{"Statement":[{"Resource":"*"}]}')), "Malformed Policy"),
        (request(signed_url(FILE, policy="[]")), "Malformed Policy"),
        (request(signed_url(FILE, policy="text")), "Malformed Policy"),
        (request(f"{FILE}?Expires=x&Signature=AA__&Key-Pair-Id=K1"), "Invalid Expires"),
        (request(f"{FILE}?Expires={FUTURE}&Signature=*&Key-Pair-Id=K1"), "Malformed Signature"),
        (request(f"{FILE}?Policy=*&Signature=AA__&Key-Pair-Id=K1"), "Malformed Signature"),
        (request(FILE, cookies(custom("http://*/files/other/*"))), "Access denied"),
        (request(FILE, cookies(custom(FILE, NOW), until=NOW)), "Access denied"),
        (request(FILE, cookies(custom(FILE), key=OTHER_KEY)), "Invalid Signature"),
        (request(f"{FILE}?x=1", cookies(custom(FILE), until=FUTURE)), "Invalid Signature"),
        (request(signed_url(FILE, key=OTHER_KEY), cookies(custom(FILE), until=FUTURE)), "Invalid Signature"),
    ],
)
def test_other_request_is_refused(sent: Viewer, reason: str) -> None:
    """Unsigned, expired, tampered with, for another file or place, or signed with another key."""
    assert refusal(sent).startswith(reason)
