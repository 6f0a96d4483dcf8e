"""Consumes the queue of disabled and deleted users, and closes their connections."""

from handlers.events.consumer import consumer
from handlers.events.event import Event
from handlers.kit.errors import Unavailable
from handlers.realtime import gateway
from handlers.realtime.models import EVERYTHING, user_audience
from handlers.realtime.storage import connections
from handlers.users import access


@consumer
def handler(event: Event) -> str | None:
    """Close every connection of a person who may not act any more; the call is idempotent."""
    subject = event.data.user.subject
    if subject is None or access.state_of(subject) == "active":
        return "skipped"
    audiences = (user_audience(subject), EVERYTHING)
    opening = sum(_close(audience, subject) for audience in audiences)
    if opening:
        raise Unavailable(f"{opening} connections may still be opening; they are closed by the next delivery")
    return None


def _close(audience: str, subject: str) -> int:
    """Close a person's connections to an audience; return the number of those that may still be opening."""
    return sum(
        not gateway.close(connection_id) and not connections.remove_gone(audience, connection_id)
        for connection_id in connections.ids_of_person(audience, subject)
    )
