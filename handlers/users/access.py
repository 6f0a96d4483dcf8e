"""Which people may act: those whose profile is neither disabled nor deleted.

An access token is valid until it expires. An operation that acts for its caller therefore reads the caller's
profile: `@operation(..., raises=(*REFUSALS, ...), authorize=admit)`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from handlers.http.request import Request
from handlers.users import storage
from handlers.users.errors import ProfileDeleted, ProfileDisabled
from handlers.users.storage import Record

State = Literal["active", "disabled", "deleted"]
REFUSALS = (ProfileDeleted, ProfileDisabled)
"""What `admit` raises."""


def admit(request: Request) -> None:
    """Refuse a person whose profile is disabled or deleted; programs have no profile.

    Raises:
        ProfileDeleted, ProfileDisabled: if the person may not act.
    """
    claims = request.claims
    if not is_person(claims) or profile_of(claims["sub"]):
        return
    if record := _prepared(claims):
        active(record)


def profile_of(subject: str) -> Record | None:
    """Return the active profile of a sign-in; None if it has none yet.

    Raises:
        ProfileDeleted, ProfileDisabled: if it has another profile.
    """
    record = storage.read_by_subject(subject)
    return None if record is None else active(record)


def active(record: Record) -> Record:
    """Return a user's record.

    Raises:
        ProfileDisabled: if the user is disabled.
    """
    if record.user.status == "disabled":
        raise ProfileDisabled("an administrator has disabled it; only an administrator can enable it")
    return record


def state_of(subject: str) -> State:
    """Return the current state of the profile that a sign-in had; `deleted` if it no longer exists."""
    try:
        return "deleted" if profile_of(subject) is None else "active"
    except ProfileDisabled:
        return "disabled"
    except ProfileDeleted:
        return "deleted"


def is_person(claims: Mapping[str, str]) -> bool:
    """Return whether the access token with these claims was issued to a person, not to a program."""
    # A program's token has no user name, and its subject is its client id.
    return bool(claims.get("username")) and claims.get("sub") not in (None, "", claims.get("client_id"))


def has_verified_email(claims: Mapping[str, str]) -> bool:
    """Return whether the user pool has verified that the person owns the token's email address."""
    return claims.get("email_verified", "").lower() == "true"


def _prepared(claims: Mapping[str, str]) -> Record | None:
    """Return the profile that an administrator created for the person, and that is not linked yet."""
    email = claims.get("email")
    record = storage.read_by_email(email) if email and has_verified_email(claims) else None
    return record if record and record.subject is None else None
