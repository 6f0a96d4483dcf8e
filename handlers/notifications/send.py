"""The queue of user events: whoever is new is welcomed."""

from handlers.events.consumer import consumer
from handlers.events.event import Event
from handlers.notifications import logic


@consumer
def handler(event: Event) -> str | None:
    """Welcome a user by mail when it is new, and by SMS once it has a phone and has consented."""
    return logic.welcome(event.data.user.id, event.correlation_id, new=event.type == "user.created")
