"""How users are refused; the tree begins in `handlers/kit/errors.py`.

Conflict
└── EmailTaken
Unprocessable
└── IdempotencyKeyReused
"""

from handlers.kit.errors import Conflict, Unprocessable


class EmailTaken(Conflict):
    """Another user has the e-mail address."""

    title = "The e-mail address is taken"


class IdempotencyKeyReused(Unprocessable):
    """The caller used the key for another request before."""

    title = "The idempotency key belongs to another request"
