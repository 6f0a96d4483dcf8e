"""GET /users."""

from handlers.http.operation import operation
from handlers.http.response import Response
from handlers.kit.errors import Unavailable
from handlers.users import logic
from handlers.users.models import ListQuery, UserPage


@operation(200, raises=(Unavailable,))
def handler(query: ListQuery) -> Response[UserPage]:
    """List users.

    Newest first, a page at a time; or the one with an e-mail address, compared without case. The
    list follows a change within moments, not at once.
    """
    return Response(logic.list_users(query))
