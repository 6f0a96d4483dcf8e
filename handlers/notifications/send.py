"""Consumes the queue of user events and welcomes new users."""

from handlers.events.consumer import consumer
from handlers.events.event import Event
from handlers.notifications import logic


@consumer
def handler(event: Event) -> str | None:
    """Welcome a new user by email, and a user who has verified a phone number and consented by SMS."""
    return logic.welcome(event.data.user.id, event.correlation_id, new=event.type == "user.created")
