"""Consumes the queue of SES's feedback on sent emails."""

from handlers.events.consumer import consumer
from handlers.notifications import logic, ses
from handlers.notifications.models import Feedback


@consumer(reads=ses.read)
def handler(feedback: Feedback) -> str | None:
    """Confirm emails that were sent, and suppress addresses that bounced or complained."""
    return logic.handle_feedback(feedback)
