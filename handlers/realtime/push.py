"""Consumes the queue of all events, and pushes each to its audiences."""

from handlers.events.consumer import consumer
from handlers.events.event import Event
from handlers.realtime import pushes
from handlers.realtime.models import Page


@consumer(reads=pushes.read)
def handler(message: Event | Page) -> str | None:
    """Push an event, or one page of an event whose audience has many connections.

    A repeated delivery pushes nothing. If the previous delivery did not finish, this one pushes the event or
    the page again, and browsers drop the duplicate by the event's id.
    """
    return pushes.push_page(message) if isinstance(message, Page) else pushes.push(message)
