"""POST /users."""

from collections.abc import Mapping

from handlers.http.etag import etag
from handlers.http.operation import operation
from handlers.http.response import BASE_PATH, Response
from handlers.kit.errors import Unavailable
from handlers.users import logic
from handlers.users.access import REFUSALS, admit
from handlers.users.errors import EmailTaken, IdempotencyKeyReused
from handlers.users.models import CreateHeaders, CreateUser, User


@operation(
    201,
    headers=("ETag", "Location"),
    raises=(*REFUSALS, EmailTaken, IdempotencyKeyReused, Unavailable),
    authorize=admit,
)
def handler(claims: Mapping[str, str], headers: CreateHeaders, body: CreateUser) -> Response[User]:
    """Create a user.

    With an `Idempotency-Key`, a repeated request of the same caller returns the first response for 24 hours
    and creates no second user. The same key with another body is refused. A refused request does not use up
    its key.
    """
    key = headers.idempotency_key
    user = logic.create(body, None if key is None else f"{claims['sub']}#{key}")
    return Response(user, {"ETag": etag(user.version), "Location": f"{BASE_PATH}/users/{user.id}"})
