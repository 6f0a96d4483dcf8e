"""Route resume: a browser is back, and asks what it missed."""

import msgspec

from handlers.realtime import pushes
from handlers.realtime.models import Complaint, Reset, Resume, Resumed
from handlers.realtime.route import Message, route

_FORM = "expected an action of resume with the token of an earlier message, or with none"


@route
def handler(message: Message) -> Resumed | Reset | Complaint:
    """Tell what happened since the token, or that too much did; without a token, where things stand."""
    try:
        wanted = msgspec.json.decode(message.text, type=Resume)
    except (ValueError, RecursionError):
        return Complaint(_FORM)
    return pushes.resume(message.connection_id, message.audience, wanted.token)
