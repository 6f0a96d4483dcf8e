"""POST /auth/refresh."""

from collections.abc import Mapping

from handlers.auth import logic
from handlers.auth.cookies import ACCESS, SESSION, access_cookie
from handlers.auth.errors import CrossSiteRequest, SessionEnded
from handlers.auth.guard import same_origin
from handlers.http.operation import operation
from handlers.http.response import Response
from handlers.kit.errors import Unavailable


@operation(
    204,
    reads=(SESSION,),
    sets=(ACCESS,),
    raises=(CrossSiteRequest, SessionEnded, Unavailable),
    authorize=same_origin,
)
def handler(cookies: Mapping[str, str]) -> Response[None]:
    """Renew the access token of the session; requires `X-Strata-Request: 1`."""
    access = logic.refresh(cookies.get(SESSION))
    return Response(None, cookies=(access_cookie(access.token, access.seconds),))
