"""Route $connect: the authorizer has allowed a connection."""

from handlers.kit.errors import Forbidden
from handlers.realtime.route import Message, route
from handlers.realtime.storage import connections
from handlers.users import access


@route
def handler(message: Message) -> None:
    """Store the connection, so that it receives events, unless its person may not act.

    The profile is read after the connection is stored: `close` finds the stored connection of a person who is
    disabled or deleted later.
    """
    connections.connect(message.audience, message.connection_id, message.subject)
    try:
        access.profile_of(message.subject)
    except Forbidden:
        connections.disconnect(message.audience, message.connection_id)
        raise
