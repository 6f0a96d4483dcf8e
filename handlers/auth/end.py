"""Consumes the queue of disabled and deleted users, and ends their sessions."""

from handlers.auth import logic
from handlers.events.consumer import consumer
from handlers.events.event import Event
from handlers.users import access


@consumer
def handler(event: Event) -> str | None:
    """Delete every session of a person who may not act any more; the call is idempotent."""
    subject = event.data.user.subject
    if subject is None or access.state_of(subject) == "active":
        return "skipped"
    logic.end_of_person(subject)
    return None
