"""Route ping: keeps a connection from idling, which the gateway ends after ten minutes."""

from handlers.realtime.models import Pong
from handlers.realtime.route import Message, route


@route
def handler(_: Message) -> Pong:
    """Answer that the connection works."""
    return Pong()
