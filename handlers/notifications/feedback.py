"""The queue of what SES tells of our mails."""

from handlers.events.consumer import consumer
from handlers.notifications import logic, ses
from handlers.notifications.models import Feedback


@consumer(reads=ses.read)
def handler(feedback: Feedback) -> str | None:
    """Confirm what was sent, and keep in mind where nothing must be sent again."""
    return logic.heed(feedback)
