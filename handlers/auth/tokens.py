"""The tokens that Cognito issues to this client, and the checks of a new sign-in's.

The signatures are not checked: the tokens come from Cognito itself, over TLS, in the response to a request of
this client (OpenID Connect Core 1.0, 3.1.3.7, step 6).
"""

from __future__ import annotations

import time
from hmac import compare_digest

import msgspec

from handlers.auth.attempt import decoded
from handlers.auth.errors import SignInError
from handlers.kit.environment import variable


class Tokens(msgspec.Struct, frozen=True):
    """Cognito's tokens; `expires_in` is the validity of the access token in seconds."""

    access: str
    id: str
    refresh: str
    expires_in: int


class AccessClaims(msgspec.Struct, frozen=True, kw_only=True):
    """The claims of an access token that are used here."""

    sub: str
    username: str
    token_use: str
    client_id: str
    origin_jti: str
    exp: int
    scope: str = ""
    email: str | None = None
    name: str | None = None


class _IdClaims(msgspec.Struct, frozen=True, kw_only=True):
    iss: str
    sub: str
    aud: str
    token_use: str
    exp: int
    nonce: str = ""


def access_claims(token: str) -> AccessClaims:
    """Return the claims of an access token.

    Raises:
        ValueError: if it is not an access token of a person.
    """
    claims = _claims(token, AccessClaims)
    if (claims.token_use, claims.client_id) != ("access", variable("CLIENT_ID")):
        raise ValueError("expected an access token of this client")
    return claims


def require_issued_for(nonce: str, tokens: Tokens) -> AccessClaims:
    """Return the claims of the access token, if the ID token was issued for the attempt with this nonce.

    Raises:
        SignInError: if a token is not of this attempt, this client or this user pool.
    """
    try:
        identity, access = _claims(tokens.id, _IdClaims), access_claims(tokens.access)
    except ValueError as error:
        raise SignInError("failed", f"a token is not as expected: {error}") from error
    expected = (variable("ISSUER"), variable("CLIENT_ID"), "id", access.sub)
    if (identity.iss, identity.aud, identity.token_use, identity.sub) != expected:
        raise SignInError("failed", "the ID token is not of this client")
    if not compare_digest(identity.nonce.encode(), nonce.encode()):
        raise SignInError("failed", "the ID token has another nonce")
    if identity.exp <= time.time():
        raise SignInError("failed", "the ID token has expired")
    return access


def _claims[T: msgspec.Struct](token: str, shape: type[T]) -> T:
    _, _, rest = token.partition(".")
    return msgspec.json.decode(decoded(rest.partition(".")[0]), type=shape)
