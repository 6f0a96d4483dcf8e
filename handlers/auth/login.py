"""GET /auth/login."""

from handlers.auth import attempt
from handlers.auth.cookies import LOGIN, login_cookie
from handlers.auth.models import Login
from handlers.http.operation import operation
from handlers.http.response import Response


@operation(302, headers=("Location",), sets=(LOGIN,))
def handler(query: Login) -> Response[None]:
    """Begin a sign-in.

    A browser navigates here; it is redirected to the hosted login, or with `screen=signup` to the sign-up.
    """
    begun = attempt.begin(query.return_)
    location = attempt.url(begun, query.screen)
    return Response(None, {"Location": location}, (login_cookie(attempt.to_cookie(begun)),))
