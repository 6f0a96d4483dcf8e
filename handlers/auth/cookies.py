"""The cookies of a browser's session; no script can read any of them."""

from __future__ import annotations

from handlers.http.cookies import clear_cookie, set_cookie

SESSION = "__Host-session"
"""Names the session; an opaque random value."""
ACCESS = "__Host-access"
"""The access token, which the edge function `edge/api.js` moves into `Authorization`."""
LOGIN = "__Host-login"
"""The attempt to sign in, from the redirect to Cognito until the callback."""
FILES = ("CloudFront-Policy", "CloudFront-Signature", "CloudFront-Key-Pair-Id")
"""CloudFront's signed cookies, which open private files."""
SIGNED_OUT = (SESSION, ACCESS, *FILES)
"""The cookies that a sign-out deletes."""

LOGIN_SECONDS = 600
"""How long a person has to sign in at Cognito."""
VALUE_BYTES = 3_900
"""The longest value of a cookie: browsers ignore a cookie of more than 4,096 bytes with its attributes."""


def login_cookie(value: str) -> str:
    """Return the line that stores an attempt.

    The callback is a navigation from Cognito's site, on which browsers send no cookie with SameSite=Strict.
    """
    return set_cookie(LOGIN, value, LOGIN_SECONDS, "Lax")


def session_cookie(value: str, seconds: int) -> str:
    """Return the line that stores a session's cookie."""
    return set_cookie(SESSION, value, seconds)


def access_cookie(token: str, seconds: int) -> str:
    """Return the line that stores an access token.

    Raises:
        ValueError: for a token that browsers would not store.
    """
    if len(token) > VALUE_BYTES:
        raise ValueError(
            f"the access token has {len(token)} bytes, and a cookie at most {VALUE_BYTES}: "
            "give the person fewer groups or scopes"
        )
    return set_cookie(ACCESS, token, seconds)


def cleared(*names: str) -> tuple[str, ...]:
    """Return the lines that delete cookies."""
    return tuple(map(clear_cookie, names))
