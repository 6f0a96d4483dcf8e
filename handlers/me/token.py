"""Reads the person from a token's claims, which the gateway has verified and passes as text."""

from collections.abc import Mapping
from typing import Any

import msgspec

from handlers.me.errors import NotAPerson
from handlers.me.models import Person
from handlers.users.access import has_verified_email, is_person
from handlers.users.models import Email, Name


def person(claims: Mapping[str, str]) -> Person:
    """Return the person whose access token has these claims.

    Raises:
        NotAPerson: if it is an ID token or a machine's token.
    """
    if claims.get("token_use") != "access":
        raise NotAPerson("expected an access token; this is another kind of token")
    if not is_person(claims):
        raise NotAPerson("this token was issued to a program, not to a person")
    return Person(
        subject=claims["sub"],
        email=_valid(claims.get("email"), Email),
        email_verified=has_verified_email(claims),
        name=_valid(claims.get("name", "").strip()[:100], Name),
    )


def _valid(value: str | None, kind: Any) -> str | None:
    """Return the value if it is valid for a profile, otherwise None."""
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError:
        return None
