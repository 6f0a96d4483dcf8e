"""Route resume: a browser has reconnected and requests the events that it missed."""

import msgspec

from handlers.realtime import pushes
from handlers.realtime.models import ErrorMessage, Reset, Resume, Resumed
from handlers.realtime.route import Message, route

_EXPECTED = "expected the action resume with the token of an earlier message, or without a token"


@route
def handler(message: Message) -> Resumed | Reset | ErrorMessage:
    """Send the events since the token, or a reset if there are too many; without a token, send a token."""
    try:
        request = msgspec.json.decode(message.text, type=Resume)
    except (ValueError, RecursionError):
        return ErrorMessage(_EXPECTED)
    return pushes.resume(message.connection_id, message.audience, request.token)
