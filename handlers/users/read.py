"""GET /users/{userId}."""

from handlers.http.answer import Answer
from handlers.http.etag import etag
from handlers.http.operation import operation
from handlers.kit.errors import NotFound, Unavailable
from handlers.users import logic
from handlers.users.models import User, UserPath


@operation(200, headers=("ETag",), refuses=(NotFound, Unavailable))
def handler(path: UserPath) -> Answer[User]:
    """Read a user."""
    user = logic.read(path.user_id)
    return Answer(user, {"ETag": etag(user.version)})
