"""GET /me."""

from collections.abc import Mapping

from handlers.http.answer import Answer
from handlers.http.etag import etag
from handlers.http.operation import operation
from handlers.kit.errors import Unavailable
from handlers.me import logic
from handlers.me.errors import EmailMissing, EmailUnverified, NotAPerson, ProfileNotLinked
from handlers.me.token import person
from handlers.users.models import User


@operation(
    200, headers=("ETag",), refuses=(NotAPerson, EmailMissing, EmailUnverified, ProfileNotLinked, Unavailable)
)
def handler(claims: Mapping[str, str]) -> Answer[User]:
    """Read one's own profile.

    It is made on first sight. A profile that was created under the person's e-mail address before
    becomes theirs, once the address is verified.
    """
    user = logic.read(person(claims))
    return Answer(user, {"ETag": etag(user.version)})
