"""PATCH /me."""

from collections.abc import Mapping

from handlers.http.etag import etag, versions
from handlers.http.operation import JSON, MERGE_PATCH, operation
from handlers.http.response import Response
from handlers.me import logic
from handlers.me.errors import TO_CHANGE
from handlers.me.models import ChangeMe
from handlers.me.token import person
from handlers.users.models import ConditionalHeaders, User


@operation(200, headers=("ETag",), raises=TO_CHANGE, accepts=(JSON, MERGE_PATCH))
def handler(claims: Mapping[str, str], headers: ConditionalHeaders, body: ChangeMe) -> Response[User]:
    """Change the caller's profile.

    Creates the profile if it does not exist. Fields that the body omits keep their values; a `phone` of null
    removes the phone number. With `If-Match` the profile is changed only if it has that version.
    """
    user = logic.change(person(claims), body, versions(headers.if_match))
    return Response(user, {"ETag": etag(user.version)})
