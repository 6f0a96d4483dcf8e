"""POST /realtime/ticket."""

from collections.abc import Mapping

from handlers.http.answer import Answer
from handlers.http.operation import operation
from handlers.kit.errors import Unavailable
from handlers.realtime import tickets
from handlers.realtime.errors import NotAnAccessToken
from handlers.realtime.models import Ticket


@operation(201, refuses=(NotAnAccessToken, Unavailable))
def handler(claims: Mapping[str, str]) -> Answer[Ticket]:
    """Get a ticket for the WebSocket.

    Connect to `/ws?ticket=…` with it: it is good for one connection, and for half a minute.
    """
    return Answer(tickets.issue(claims))
