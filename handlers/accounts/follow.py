"""Consumes the queue of users whose status changed or who were deleted, and changes their sign-in."""

from handlers.accounts import logic
from handlers.events.consumer import consumer
from handlers.events.event import Event


@consumer
def handler(event: Event) -> str | None:
    """Enable, disable or delete the sign-in of a user; the call is idempotent.

    A user without a sign-in is skipped: the person's first request reads the status.
    """
    subject = event.data.user.subject
    return "skipped" if subject is None else logic.follow(subject)
