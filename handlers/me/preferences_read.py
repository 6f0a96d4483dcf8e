"""GET /me/preferences."""

from collections.abc import Mapping

from handlers.events.catalogue import Preferences
from handlers.http.etag import etag
from handlers.http.operation import operation
from handlers.http.response import Response
from handlers.me import logic
from handlers.me.errors import TO_READ
from handlers.me.token import person


@operation(200, headers=("ETag",), raises=TO_READ)
def handler(claims: Mapping[str, str]) -> Response[Preferences]:
    """Read what one wants to be told by.

    It belongs to one's own profile, which is made on first sight, and has the profile's version.
    """
    record = logic.read_preferences(person(claims))
    return Response(record.preferences, {"ETag": etag(record.user.version)})
