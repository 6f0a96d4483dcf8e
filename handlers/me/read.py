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
    """Read one's own profile.

    It is made on first sight. A profile that was created under the person's e-mail address before
    becomes theirs, once the address is verified.
    """
    user = logic.read(person(claims))
    return Response(user, {"ETag": etag(user.version)})
