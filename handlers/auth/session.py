"""GET /auth/session."""

from collections.abc import Mapping

from handlers.auth import logic
from handlers.auth.cookies import SESSION
from handlers.auth.errors import NoSession
from handlers.auth.models import CurrentSession
from handlers.http.operation import operation
from handlers.http.response import Response
from handlers.kit.errors import Unavailable


@operation(200, reads=(SESSION,), raises=(NoSession, Unavailable))
def handler(cookies: Mapping[str, str]) -> Response[CurrentSession]:
    """Read who is signed in, until when the access token is valid, and all sessions of the person."""
    return Response(logic.current(cookies.get(SESSION)))
