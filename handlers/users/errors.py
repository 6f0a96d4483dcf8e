"""Refusals of the users domain; `handlers/kit/errors.py` has their base classes.

Conflict
└── EmailTaken
Unprocessable
└── IdempotencyKeyReused
"""

from handlers.kit.errors import Conflict, Unprocessable


class EmailTaken(Conflict):
    """The email address belongs to another user."""

    title = "The email address is already in use"


class IdempotencyKeyReused(Unprocessable):
    """The caller used the idempotency key for another request before."""

    title = "The idempotency key was used for another request"
