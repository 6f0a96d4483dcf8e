"""Consumes the queue of all events, and pushes each to its audiences."""

from handlers.events.consumer import consumer
from handlers.events.event import Event
from handlers.realtime import pushes


@consumer
def handler(event: Event) -> str | None:
    """Push an event.

    A repeated delivery pushes nothing. If the previous delivery did not finish, this one pushes the event
    again, and browsers drop the duplicate by the event's id.
    """
    return pushes.push(event)
