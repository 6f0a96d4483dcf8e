"""POST /me/phone-codes."""

from collections.abc import Mapping

from handlers.http.operation import operation
from handlers.http.response import Response
from handlers.me import phone
from handlers.me.errors import TO_SEND_CODE
from handlers.me.models import SentCode
from handlers.me.token import person


@operation(202, raises=TO_SEND_CODE)
def handler(claims: Mapping[str, str]) -> Response[SentCode]:
    """Send a code to the caller's phone number.

    The code arrives as a text message and verifies the number with `POST /me/phone`. It replaces an earlier
    code. A person can request five codes a day, and a number can receive five; after five wrong attempts,
    the next code can be requested when the last one has expired.
    """
    return Response(phone.send_code(person(claims)))
