"""POST /realtime/ticket."""

from collections.abc import Mapping

from handlers.http.operation import operation
from handlers.http.response import Response
from handlers.kit.errors import Unavailable
from handlers.realtime import tickets
from handlers.realtime.errors import NotAnAccessToken
from handlers.realtime.models import Ticket


@operation(201, raises=(NotAnAccessToken, Unavailable))
def handler(claims: Mapping[str, str]) -> Response[Ticket]:
    """Get a ticket for the WebSocket.

    Connect to `/ws?ticket=…` with it: it is good for one connection, and for half a minute.
    """
    return Response(tickets.issue(claims))
