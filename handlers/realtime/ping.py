"""Route ping: keeps a connection alive, which API Gateway closes after ten idle minutes."""

from handlers.realtime.models import Pong
from handlers.realtime.route import Message, route


@route
def handler(_: Message) -> Pong:
    """Reply with a pong."""
    return Pong()
