"""Refusals of the users domain; `handlers/kit/errors.py` has their base classes.

Conflict
└── EmailTaken
Forbidden
├── ProfileDeleted
└── ProfileDisabled
Unprocessable
└── IdempotencyKeyReused
"""

from handlers.kit.errors import Conflict, Forbidden, Unprocessable


class EmailTaken(Conflict):
    """The email address belongs to another user."""

    title = "The email address is already in use"


class ProfileDeleted(Forbidden):
    """The caller's profile was deleted; their access token has not expired yet."""

    title = "The profile was deleted"


class ProfileDisabled(Forbidden):
    """The caller's profile is disabled."""

    title = "The profile is disabled"


class IdempotencyKeyReused(Unprocessable):
    """The caller used the idempotency key for another request before."""

    title = "The idempotency key was used for another request"
