"""Confirms new widgets."""

from handlers.widgets import storage

from handlers.events.catalogue import WidgetCreated
from handlers.events.consumer import consumer
from handlers.events.effect import Poison
from handlers.events.event import Event


@consumer
def handler(event: Event) -> None:
    """Confirm a new widget; an event that is delivered twice changes nothing the second time."""
    if not isinstance(event.data, WidgetCreated):
        raise Poison(f"expected widget.created, got {event.type}")
    storage.confirm(event.data.widget_id)
