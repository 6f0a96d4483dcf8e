"""Route $disconnect: a browser has left; the gateway says so when it can."""

from handlers.realtime import storage
from handlers.realtime.route import Message, route


@route
def handler(message: Message) -> None:
    """Forget the connection."""
    storage.close_connection(message.audience, message.connection_id)
