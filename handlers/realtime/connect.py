"""Route $connect: a browser has been let in."""

from handlers.realtime import storage
from handlers.realtime.route import Message, route


@route
def handler(message: Message) -> None:
    """Store the connection, so that it is told what happens."""
    storage.open_connection(message.audience, message.connection_id)
