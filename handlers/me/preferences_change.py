"""PATCH /me/preferences."""

from collections.abc import Mapping

from handlers.events.catalogue import Preferences
from handlers.http.etag import etag, versions
from handlers.http.operation import JSON, MERGE_PATCH, operation
from handlers.http.response import Response
from handlers.me import logic
from handlers.me.errors import TO_CHANGE
from handlers.me.token import person
from handlers.users.models import ChangePreferences, ConditionalHeaders


@operation(200, headers=("ETag",), raises=TO_CHANGE, accepts=(JSON, MERGE_PATCH))
def handler(
    claims: Mapping[str, str], headers: ConditionalHeaders, body: ChangePreferences
) -> Response[Preferences]:
    """Change what one wants to be told by.

    What the body does not name stays as it is; `sms` as true is one's consent to messages by telephone.
    A change counts as one of the profile, and with `If-Match` it is made only to the version named.
    """
    record = logic.change_preferences(person(claims), body, versions(headers.if_match))
    return Response(record.preferences, {"ETag": etag(record.user.version)})
