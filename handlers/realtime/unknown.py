"""Route $default: a message that matches no other route."""

from handlers.realtime.models import ACTIONS, ErrorMessage
from handlers.realtime.route import Message, route


@route
def handler(_: Message) -> ErrorMessage:
    """Reply with the expected form of a message."""
    return ErrorMessage(f"expected a JSON object whose action is one of {', '.join(ACTIONS)}")
