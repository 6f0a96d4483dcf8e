"""POST /auth/logout."""

from collections.abc import Mapping

from handlers.auth import logic
from handlers.auth.cookies import SESSION, SIGNED_OUT, cleared
from handlers.auth.errors import CrossSiteRequest
from handlers.auth.guard import same_origin
from handlers.auth.models import SignedOut, SignOut
from handlers.http.operation import operation
from handlers.http.response import Response
from handlers.kit.errors import Unavailable


@operation(
    200, reads=(SESSION,), sets=SIGNED_OUT, raises=(CrossSiteRequest, Unavailable), authorize=same_origin
)
def handler(body: SignOut, cookies: Mapping[str, str]) -> Response[SignedOut]:
    """End the session, or with `everywhere` every session of the person.

    Requires `X-Strata-Request: 1`. The response is the same if there is no session. Navigate to `url`
    afterwards: it ends Cognito's own session and returns to `/signed-out`.
    """
    logic.sign_out(cookies.get(SESSION), everywhere=body.everywhere)
    return Response(SignedOut(logic.logout_url()), cookies=cleared(*SIGNED_OUT))
