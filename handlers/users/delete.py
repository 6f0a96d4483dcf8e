"""DELETE /users/{userId}."""

from handlers.http.etag import versions
from handlers.http.operation import operation
from handlers.http.response import Response
from handlers.kit.errors import NotFound, PreconditionFailed, Unavailable
from handlers.users import logic
from handlers.users.access import REFUSALS, admit
from handlers.users.models import ConditionalHeaders, UserPath


@operation(204, raises=(*REFUSALS, NotFound, PreconditionFailed, Unavailable), authorize=admit)
def handler(path: UserPath, headers: ConditionalHeaders) -> Response[None]:
    """Delete a user.

    With `If-Match` the user is deleted only if it has that version.
    """
    logic.delete(path.user_id, versions(headers.if_match))
    return Response(None)
