"""Route $connect: the authorizer has allowed a connection."""

from handlers.kit.errors import Forbidden
from handlers.realtime.route import Message, route
from handlers.realtime.storage import connections, ended
from handlers.users import access


@route
def handler(message: Message) -> None:
    """Store the connection, so that it receives events, unless its person may not act or has signed out.

    Both are read after the connection is stored: `close` finds the stored connection of a person who is
    disabled, is deleted or signs out later.
    """
    connections.connect(message.audience, message.connection_id, message.subject, message.session)
    try:
        access.profile_of(message.subject)
        _require_signed_in(message.session)
    except Forbidden:
        connections.disconnect(message.audience, message.connection_id)
        raise


def _require_signed_in(session: str) -> None:
    if session and ended.is_ended(session):
        raise Forbidden("the person has signed out")
