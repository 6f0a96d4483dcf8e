"""Route $disconnect: a connection was closed; API Gateway reports this on a best-effort basis."""

from handlers.realtime.route import Message, route
from handlers.realtime.storage import connections


@route
def handler(message: Message) -> None:
    """Delete the connection."""
    connections.disconnect(message.audience, message.connection_id)
