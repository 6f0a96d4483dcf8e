"""An attempt to sign in: the values that bind Cognito's redirect to the browser that began it.

They are kept by the browser, in a cookie that no script can read and no other site can set. `state` binds the
redirect to the browser, `nonce` the ID token to the attempt, and the verifier the code to the attempt (PKCE,
RFC 7636).
"""

from __future__ import annotations

import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from urllib.parse import urlencode

import msgspec

from handlers.auth.models import ReturnPath
from handlers.kit.environment import variable

RANDOM_BYTES = 32
SCOPES = "openid email profile"
PAGES = {"login": "/oauth2/authorize", "signup": "/signup"}
"""The path of each page of the hosted login."""


class Attempt(msgspec.Struct, frozen=True):
    """The secrets of an attempt, and the path to return to."""

    state: str
    nonce: str
    verifier: str
    path: ReturnPath


def begin(path: str) -> Attempt:
    """Return a new attempt, which returns to `path`."""
    return Attempt(random_text(), random_text(), random_text(), path)


def random_text() -> str:
    """Return 32 random bytes in base64url."""
    return base64url(os.urandom(RANDOM_BYTES))


def to_cookie(attempt: Attempt) -> str:
    """Return the value of the cookie that keeps an attempt."""
    return base64url(msgspec.json.encode(attempt))


def from_cookie(value: str | None) -> Attempt | None:
    """Return the attempt in a cookie; None if there is none."""
    try:
        return msgspec.json.decode(decoded(value or ""), type=Attempt)
    except ValueError:
        return None


def url(attempt: Attempt, page: str) -> str:
    """Return the address of the hosted login for an attempt."""
    query = {
        "response_type": "code",
        "client_id": variable("CLIENT_ID"),
        "redirect_uri": callback(),
        "scope": SCOPES,
        "state": attempt.state,
        "nonce": attempt.nonce,
        "code_challenge": _challenge(attempt.verifier),
        "code_challenge_method": "S256",
    }
    return f"{variable('LOGIN_URL')}{PAGES[page]}?{urlencode(query)}"


def callback() -> str:
    """Return the address to which Cognito redirects the browser."""
    return f"{variable('PUBLIC_URL')}/api/auth/callback"


def base64url(data: bytes) -> str:
    """Return bytes in base64url without padding."""
    return urlsafe_b64encode(data).decode().rstrip("=")


def decoded(text: str) -> bytes:
    """Return the bytes of base64url without padding.

    Raises:
        ValueError: if it is not base64url.
    """
    return urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))


def _challenge(verifier: str) -> str:
    from hashlib import sha256

    return base64url(sha256(verifier.encode()).digest())
