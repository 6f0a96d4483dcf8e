"""GET /me."""

from collections.abc import Mapping

from handlers.http.etag import etag
from handlers.http.operation import operation
from handlers.http.response import Response
from handlers.me import logic
from handlers.me.errors import TO_READ
from handlers.me.token import person
from handlers.users.models import User


@operation(200, headers=("ETag",), raises=TO_READ)
def handler(claims: Mapping[str, str]) -> Response[User]:
    """Read the caller's profile.

    Creates the profile on first access. A user that was created before with the caller's email address
    becomes the caller's profile if the address is verified.
    """
    user = logic.read(person(claims)).user
    return Response(user, {"ETag": etag(user.version)})
