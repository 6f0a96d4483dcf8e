"""The person behind a token's claims, which the gateway has checked and passes on as text."""

from collections.abc import Mapping
from typing import Any

import msgspec

from handlers.me.errors import NotAPerson
from handlers.me.models import Person
from handlers.users.models import Email, Name


def person(claims: Mapping[str, str]) -> Person:
    """The person whose access token carries `claims`.

    Raises:
        NotAPerson: for an ID token, and for a machine's token.
    """
    if claims.get("token_use") != "access":
        raise NotAPerson("an access token is needed; this is another kind of token")
    # A machine's token names no user, and its subject is its client.
    if not claims.get("username") or claims.get("sub") in (None, "", claims.get("client_id")):
        raise NotAPerson("this token was given to a program, not to a person")
    return Person(
        subject=claims["sub"],
        email=_valid(claims.get("email"), Email),
        email_verified=claims.get("email_verified", "").lower() == "true",
        name=_valid(claims.get("name", "").strip()[:100], Name),
    )


def _valid(value: str | None, kind: Any) -> str | None:
    """The value, if it is one that a profile may have."""
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError:
        return None
