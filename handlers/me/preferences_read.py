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
    """Read the caller's notification preferences.

    The preferences are part of the caller's profile and have its version. Creates the profile if it does not
    exist.
    """
    record = logic.read(person(claims))
    return Response(record.preferences, {"ETag": etag(record.user.version)})
