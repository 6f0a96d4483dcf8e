"""DELETE /users/{userId}."""

from handlers.http.answer import Answer
from handlers.http.etag import versions
from handlers.http.operation import operation
from handlers.kit.errors import NotFound, PreconditionFailed, Unavailable
from handlers.users import logic
from handlers.users.models import ConditionalHeaders, UserPath


@operation(204, refuses=(NotFound, PreconditionFailed, Unavailable))
def handler(path: UserPath, headers: ConditionalHeaders) -> Answer[None]:
    """Delete a user.

    With `If-Match` only the version that it names is deleted.
    """
    logic.delete(path.user_id, versions(headers.if_match))
    return Answer(None)
