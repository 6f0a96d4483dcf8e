"""POST /realtime/ticket."""

from collections.abc import Mapping

from handlers.http.operation import operation
from handlers.http.response import Response
from handlers.kit.errors import Unavailable
from handlers.realtime import tickets
from handlers.realtime.errors import NotAnAccessToken
from handlers.realtime.models import Ticket
from handlers.users.access import REFUSALS, admit


@operation(201, raises=(NotAnAccessToken, *REFUSALS, Unavailable), authorize=admit)
def handler(claims: Mapping[str, str]) -> Response[Ticket]:
    """Create a ticket for the WebSocket.

    Use it within 30 seconds to connect to `/ws?ticket=…`. A ticket is valid for one connection.
    """
    return Response(tickets.issue(claims))
