"""PATCH /users/{userId}, and POST for clients that cannot send PATCH."""

from handlers.http.etag import etag, versions
from handlers.http.operation import JSON, MERGE_PATCH, operation
from handlers.http.response import Response
from handlers.kit.errors import NotFound, PreconditionFailed, Unavailable
from handlers.users import logic
from handlers.users.access import REFUSALS, admit
from handlers.users.errors import EmailTaken
from handlers.users.models import ChangeUser, ConditionalHeaders, User, UserPath


@operation(
    200,
    headers=("ETag",),
    raises=(*REFUSALS, NotFound, EmailTaken, PreconditionFailed, Unavailable),
    authorize=admit,
    accepts=(JSON, MERGE_PATCH),
)
def handler(path: UserPath, headers: ConditionalHeaders, body: ChangeUser) -> Response[User]:
    """Change a user.

    Fields that the body omits keep their values; a `phone` of null removes the phone number. If nothing
    changes, the version stays the same. With `If-Match` the user is changed only if it has that version.
    """
    user = logic.change(path.user_id, body, versions(headers.if_match))
    return Response(user, {"ETag": etag(user.version)})
