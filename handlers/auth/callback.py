"""GET /auth/callback."""

from collections.abc import Mapping

from handlers.auth import attempt, logic
from handlers.auth.cookies import ACCESS, LOGIN, SESSION, access_cookie, cleared, session_cookie
from handlers.auth.errors import SignInError
from handlers.auth.models import Agent, Callback
from handlers.http.operation import operation
from handlers.http.response import Response
from handlers.kit.errors import Forbidden, Unavailable
from handlers.kit.invocation import note


@operation(302, headers=("Location",), reads=(LOGIN,), sets=(SESSION, ACCESS, LOGIN))
def handler(query: Callback, headers: Agent, cookies: Mapping[str, str]) -> Response[None]:
    """Complete a sign-in.

    Cognito redirects the browser here. With a session, it is redirected to the path where the sign-in began,
    otherwise to `/sign-in?error=` with `denied`, `expired` or `failed`.
    """
    kept = attempt.from_cookie(cookies.get(LOGIN))
    try:
        cookie, access = logic.sign_in(query, kept, headers.user_agent)
    except SignInError as error:
        return _failed(error.reason, error)
    except Forbidden as refusal:
        return _failed("denied", refusal)
    except Unavailable as error:
        return _failed("failed", error)
    lines = (session_cookie(cookie, logic.session_seconds()), access_cookie(access.token, access.seconds))
    return Response(None, {"Location": kept.path if kept else "/"}, (*lines, *cleared(LOGIN)))


def _failed(reason: str, error: Exception) -> Response[None]:
    note(signIn=reason, refused=str(error))
    return Response(None, {"Location": f"/sign-in?error={reason}"}, cleared(LOGIN))
