"""The push queue: every event of the bus, to every browser that it concerns."""

from handlers.events.consumer import consumer
from handlers.events.event import Event
from handlers.realtime import pushes


@consumer
def handler(event: Event) -> str | None:
    """Push an event.

    A second delivery pushes nothing. A delivery that follows one which did not live to the end pushes
    again, and the browser drops by the event's id what it has.
    """
    return pushes.push(event)
