"""Publishes the changes in the users table's stream as events, in order."""

from handlers.events.publish import NewEvent
from handlers.events.stream import Change, publisher
from handlers.users.changes import event_of


@publisher
def handler(change: Change) -> NewEvent | None:
    """Publish that a user was created, updated or deleted."""
    return event_of(change)
