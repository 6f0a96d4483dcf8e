"""GET /users."""

from handlers.http.operation import operation
from handlers.http.response import Response
from handlers.kit.errors import Unavailable
from handlers.users import logic
from handlers.users.access import REFUSALS, admit
from handlers.users.models import ListQuery, UserPage


@operation(200, raises=(*REFUSALS, Unavailable), authorize=admit)
def handler(query: ListQuery) -> Response[UserPage]:
    """List users.

    Returns a page of users, newest first, or the user with an email address, compared case-insensitively.
    The list is eventually consistent: a change appears after a short delay.
    """
    return Response(logic.list_users(query))
