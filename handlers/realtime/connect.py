"""Route $connect: the authorizer has allowed a connection."""

from handlers.realtime.route import Message, route
from handlers.realtime.storage import connections


@route
def handler(message: Message) -> None:
    """Store the connection, so that it receives events."""
    connections.connect(message.audience, message.connection_id)
