"""The routes `/api/auth/*`, and the hosted login that they send the browser to."""

from __future__ import annotations

import secrets
from html import escape
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from handlers.kit.clock import timestamp
from tests.browser.stand_in.realtime import Realtime
from tests.browser.stand_in.sessions import Session, Sessions

SESSION, ACCESS, LOGIN = "__Host-session", "__Host-access", "__Host-login"

PAGE = """<!doctype html><html lang="en"><title>Sign in</title><main><h1>{title}</h1>
<p role="alert">{error}</p><form method="post"><input type="hidden" name="state" value="{state}">
{fields}<button type="submit">{title}</button></form></main>"""
SIGN_IN_FIELDS = """<label for="username">Username</label><input id="username" name="username" required>
<label for="password">Password</label><input type="password" id="password" name="password" required>"""
SIGN_UP_FIELDS = '<label for="name">Name</label><input id="name" name="name" required>' + SIGN_IN_FIELDS


class Auth:
    """Sign-in as the browser sees it."""

    def __init__(self, sessions: Sessions, realtime: Realtime) -> None:
        self.sessions = sessions
        self.realtime = realtime
        self._logins: dict[str, str] = {}
        self._codes: dict[str, Session] = {}

    def routes(self) -> list[web.RouteDef]:
        """Return the routes."""
        return [
            web.get("/api/auth/login", self.login),
            web.get("/api/auth/callback", self.callback),
            web.post("/api/auth/refresh", self.refresh),
            web.post("/api/auth/logout", self.logout),
            web.get("/api/auth/session", self.session),
            web.get("/hosted/login", self.show_login),
            web.post("/hosted/login", self.submit_login),
            web.get("/hosted/signup", self.show_sign_up),
            web.post("/hosted/signup", self.submit_sign_up),
            web.get("/hosted/logout", self.hosted_logout),
        ]

    def current(self, request: web.Request) -> Session | None:
        """Return the session of a request's cookie."""
        return self.sessions.find(request.cookies.get(SESSION, ""))

    async def login(self, request: web.Request) -> web.Response:
        """Remember where to return, and go to the hosted login."""
        path = request.query.get("return", "/")
        if not path.startswith("/") or path.startswith("//") or "\\" in path:
            return problem(400, "The return path is not a path of this site")
        state = secrets.token_urlsafe(16)
        self._logins[state] = path
        screen = "signup" if request.query.get("screen") == "signup" else "login"
        response = redirect(f"/hosted/{screen}?{urlencode({'state': state})}")
        response.set_cookie(LOGIN, state, max_age=600, httponly=True, secure=True, samesite="Lax", path="/")
        return response

    async def callback(self, request: web.Request) -> web.Response:
        """Start the session that the code stands for."""
        state = request.query.get("state", "")
        path = self._logins.pop(state, None)
        if "error" in request.query:
            return redirect("/sign-in?error=denied")
        if path is None or request.cookies.get(LOGIN) != state:
            return redirect("/sign-in?error=expired")
        session = self._codes.pop(request.query.get("code", ""), None)
        if session is None:
            return redirect("/sign-in?error=failed")
        response = redirect(path)
        response.del_cookie(LOGIN, secure=True, httponly=True, path="/")
        _set(response, SESSION, session.cookie)
        _set(response, ACCESS, self.sessions.token(session))
        return response

    async def refresh(self, request: web.Request) -> web.Response:
        """Issue another access token."""
        if refusal := _foreign(request):
            return refusal
        session = self.current(request)
        if session is None:
            return _cleared(problem(401, "The session has ended"))
        response = web.Response(status=204)
        _set(response, ACCESS, self.sessions.token(session))
        return response

    async def logout(self, request: web.Request) -> web.Response:
        """End this session, or every one of the person, and close their connections."""
        if refusal := _foreign(request):
            return refusal
        session = self.current(request)
        if session is None:
            return _cleared(problem(401, "The session has ended"))
        everywhere = (await request.json())["everywhere"]
        ended = self.sessions.of(session.account) if everywhere else [session]
        for each in ended:
            self.sessions.end(each)
        await self.realtime.close({each.id for each in ended})
        return _cleared(web.json_response({"url": f"{request.url.origin()}/hosted/logout"}))

    async def session(self, request: web.Request) -> web.Response:
        """Return who is signed in, if the access token is valid and the session lasts."""
        access = self.sessions.access(request.cookies.get(ACCESS, ""))
        session = self.current(request)
        if access is None or session is None:
            return problem(401, "There is no session")
        account = session.account
        return web.json_response(
            {
                "subject": account.subject,
                "email": account.email,
                "name": account.name,
                "scopes": account.scopes,
                "expiresAt": timestamp(access.expires_at),
                "sessions": [_described(each, session) for each in self.sessions.of(account)],
            }
        )

    async def show_login(self, request: web.Request) -> web.Response:
        """Show the form for signing in."""
        return _form("Sign in", SIGN_IN_FIELDS, request.query.get("state", ""))

    async def show_sign_up(self, request: web.Request) -> web.Response:
        """Show the form for signing up."""
        return _form("Sign up", SIGN_UP_FIELDS, request.query.get("state", ""))

    async def submit_login(self, request: web.Request) -> web.Response:
        """Check the password."""
        given = await request.post()
        account = self.sessions.account(str(given["username"]), str(given["password"]))
        if account is None:
            return _form("Sign in", SIGN_IN_FIELDS, str(given["state"]), "Incorrect username or password.")
        return self._redirect_with_code(request, self.sessions.start(account, _agent(request)), given)

    async def submit_sign_up(self, request: web.Request) -> web.Response:
        """Create the account, and sign in."""
        given = await request.post()
        account = self.sessions.sign_up(str(given["username"]), str(given["name"]), str(given["password"]))
        return self._redirect_with_code(request, self.sessions.start(account, _agent(request)), given)

    async def hosted_logout(self, _: web.Request) -> web.Response:
        """End the hosted login's own session."""
        return redirect("/signed-out")

    def _redirect_with_code(self, request: web.Request, session: Session, given: Any) -> web.Response:
        code = secrets.token_urlsafe(16)
        self._codes[code] = session
        return redirect(f"/api/auth/callback?{urlencode({'code': code, 'state': given['state']})}")


def problem(status: int, title: str) -> web.Response:
    """Return problem details."""
    body = {"type": "about:blank", "title": title, "status": status, "detail": f"{title}."}
    return web.json_response(body, status=status, content_type="application/problem+json")


def redirect(location: str) -> web.Response:
    """Return a redirection."""
    return web.Response(status=302, headers={"Location": location})


def _agent(request: web.Request) -> str:
    return request.headers.get("User-Agent", "")


def _described(session: Session, current: Session) -> dict[str, Any]:
    return {
        "id": session.id,
        "current": session is current,
        "createdAt": timestamp(session.created_at),
        "lastUsedAt": timestamp(session.last_used_at),
        "userAgent": session.user_agent,
    }


def _foreign(request: web.Request) -> web.Response | None:
    """Return the refusal of a request that is not the app's own."""
    own = request.headers.get("X-Strata-Request") == "1"
    if own and request.headers.get("Sec-Fetch-Site") == "same-origin":
        return None
    return problem(403, "This request is not from the app")


def _set(response: web.Response, name: str, value: str) -> None:
    response.set_cookie(name, value, httponly=True, secure=True, samesite="Strict", path="/")


def _cleared(response: web.Response) -> web.Response:
    for name in (SESSION, ACCESS):
        response.del_cookie(name, secure=True, httponly=True, samesite="Strict", path="/")
    return response


def _form(title: str, fields: str, state: str, error: str = "") -> web.Response:
    text = PAGE.format(title=title, fields=fields, state=escape(state, quote=True), error=error)
    return web.Response(text=text, content_type="text/html")
