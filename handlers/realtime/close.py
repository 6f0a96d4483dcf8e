"""Consumes the queue of ended sessions and of disabled and deleted users, and closes their connections."""

from collections.abc import Iterable

from handlers.events.catalogue import SessionEnded
from handlers.events.consumer import consumer
from handlers.events.event import Event
from handlers.kit.errors import Unavailable
from handlers.realtime import gateway
from handlers.realtime.models import EVERYTHING, user_audience
from handlers.realtime.storage import connections, ended
from handlers.users import access


@consumer
def handler(event: Event) -> str | None:
    """Close every connection of a session that has ended, or of a person who may not act; idempotent."""
    if isinstance(event.data, SessionEnded):
        session = event.data.session
        for origin in session.origins:
            # Stored first: `connect` reads it after a connection is stored, so none is missed.
            ended.mark(origin)
        found = [
            (audience, connections.ids_of_session(audience, origin))
            for origin in session.origins
            for audience in _audiences(session.subject)
        ]
    else:
        subject = event.data.user.subject
        if subject is None or access.state_of(subject) == "active":
            return "skipped"
        found = [(audience, connections.ids_of_person(audience, subject)) for audience in _audiences(subject)]
    opening = sum(_close(audience, ids) for audience, ids in found)
    if opening:
        raise Unavailable(f"{opening} connections may still be opening; they are closed by the next delivery")
    return None


def _audiences(subject: str) -> tuple[str, str]:
    """Return the audiences that a person's connections can have."""
    return user_audience(subject), EVERYTHING


def _close(audience: str, ids: Iterable[str]) -> int:
    """Close connections to an audience; return the number of those that may still be opening."""
    return sum(
        not gateway.close(connection_id) and not connections.remove_gone(audience, connection_id)
        for connection_id in ids
    )
