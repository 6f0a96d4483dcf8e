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
    """Change the caller's notification preferences.

    Fields that the body omits keep their values; `sms` of true is the consent to text messages. The
    preferences are part of the profile: a change increases the profile's version, and with `If-Match` it is
    made only if the profile has that version.
    """
    record = logic.change_preferences(person(claims), body, versions(headers.if_match))
    return Response(record.preferences, {"ETag": etag(record.user.version)})
