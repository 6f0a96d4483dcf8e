"""Refusals of the me domain; `handlers/kit/errors.py` has their base classes.

Forbidden
├── NotAPerson
├── EmailMissing
└── EmailUnverified
Conflict
└── ProfileNotLinked
"""

from handlers.kit.errors import Conflict, Forbidden, PreconditionFailed, Unavailable
from handlers.users.access import REFUSALS


class NotAPerson(Forbidden):
    """The token is not a person's access token."""

    title = "Only people have a profile"


class EmailMissing(Forbidden):
    """The token has no email address that is valid for a profile."""

    title = "The token has no usable email address"


class EmailUnverified(Forbidden):
    """The token's email address is not verified, so it may belong to another person."""

    title = "The email address is not verified"


class ProfileNotLinked(Conflict):
    """The profile with the person's email address is linked to another sign-in."""

    title = "The email address belongs to another profile"


TO_READ = (NotAPerson, EmailMissing, EmailUnverified, *REFUSALS, ProfileNotLinked, Unavailable)
"""The refusals of every operation on the caller's profile."""

TO_CHANGE = (*TO_READ, PreconditionFailed)
"""The refusals of an operation that changes the caller's profile."""
