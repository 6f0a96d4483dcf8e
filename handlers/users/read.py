"""GET /users/{userId}."""

from handlers.http.etag import etag
from handlers.http.operation import operation
from handlers.http.response import Response
from handlers.kit.errors import NotFound, Unavailable
from handlers.users import logic
from handlers.users.access import REFUSALS, admit
from handlers.users.models import User, UserPath


@operation(200, headers=("ETag",), raises=(*REFUSALS, NotFound, Unavailable), authorize=admit)
def handler(path: UserPath) -> Response[User]:
    """Read a user."""
    user = logic.read(path.user_id)
    return Response(user, {"ETag": etag(user.version)})
