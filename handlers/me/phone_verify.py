"""POST /me/phone."""

from collections.abc import Mapping

from handlers.http.etag import etag
from handlers.http.operation import operation
from handlers.http.response import Response
from handlers.me import phone
from handlers.me.errors import TO_VERIFY_PHONE
from handlers.me.models import VerifyPhone
from handlers.me.token import person
from handlers.users.models import User


@operation(200, headers=("ETag",), raises=TO_VERIFY_PHONE)
def handler(claims: Mapping[str, str], body: VerifyPhone) -> Response[User]:
    """Verify the caller's phone number with the code that was sent to it.

    Notifications are sent only to a verified number. A change of the number ends its verification. A number
    that is verified already stays so, whatever the code.
    """
    user = phone.verify(person(claims), body.code)
    return Response(user, {"ETag": etag(user.version)})
