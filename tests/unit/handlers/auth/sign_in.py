"""A browser's calls of the operations of the sign-in; each response is checked against the document."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from handlers.auth.callback import handler as callback
from handlers.auth.logic import id_of
from handlers.auth.login import handler as login
from handlers.auth.logout import handler as logout
from handlers.auth.refresh import handler as refresh
from handlers.auth.session import handler as session
from handlers.http.operation import Operation
from tests.unit.handlers.auth.fake_cognito import FakeCognito
from tests.unit.handlers.declared import Declared
from tests.unit.handlers.lambda_ import Reply, call, request
from tests.unit.handlers.tables import TABLES

OPERATIONS: dict[str, Operation] = {
    "GET /auth/login": login,
    "GET /auth/callback": callback,
    "POST /auth/refresh": refresh,
    "POST /auth/logout": logout,
    "GET /auth/session": session,
}
SIGNED_OUT = {
    "__Host-session",
    "__Host-access",
    "CloudFront-Policy",
    "CloudFront-Signature",
    "CloudFront-Key-Pair-Id",
}
"""The cookies that a sign-out deletes."""
OWN = {"Sec-Fetch-Site": "same-origin", "X-Strata-Request": "1"}


class Browser:
    """A browser with its cookies, which sends what a page of this site sends."""

    def __init__(self, **cookies: str) -> None:
        self.cookies = {name.replace("_", "-"): value for name, value in cookies.items()}

    def send(self, key: str, headers: Mapping[str, str] = OWN, agent: str = "Firefox", **given: Any) -> Reply:
        """Call an operation by its route key, and store the cookies of the response."""
        event = request(key, headers={**headers, "User-Agent": agent}, **given)
        event["cookies"] = [f"{name}={value}" for name, value in self.cookies.items()]
        reply = Declared(key).check(call(OPERATIONS[key], event))
        for line in reply.cookies:
            name, _, value = line.partition(";")[0].partition("=")
            self.cookies[name] = value
        self.cookies = {name: value for name, value in self.cookies.items() if value}
        return reply

    def begin(self, path: str = "/") -> Reply:
        """Begin a sign-in."""
        return self.send("GET /auth/login", query={"return": path})

    def complete(self, query: Mapping[str, str]) -> Reply:
        """Come back from Cognito, which is another site."""
        return self.send("GET /auth/callback", {"Sec-Fetch-Site": "cross-site"}, query=query)

    def sign_in(self, cognito: FakeCognito, path: str = "/") -> Reply:
        """Sign in, and return the response of the callback."""
        return self.complete(cognito.authorize(self.begin(path).headers["Location"]))


def signed_in(cognito: FakeCognito) -> Browser:
    """Return a browser with a session."""
    browser = Browser()
    reply = browser.sign_in(cognito)
    assert reply.headers["Location"] == "/", reply
    assert set(browser.cookies) == {"__Host-session", "__Host-access"}
    return browser


def cleared(cookies: tuple[str, ...]) -> set[str]:
    """Return the names of the cookies that lines delete."""
    return {line.partition("=")[0] for line in cookies if "=; Max-Age=0;" in line}


def alter(aws: Any, browser: Browser, expression: str, **values: Any) -> None:
    """Change the stored session of a browser."""
    aws.update_item(
        TableName=TABLES["SESSIONS_TABLE"]["TableName"],
        Key={"id": {"S": id_of(browser.cookies["__Host-session"])}},
        UpdateExpression=expression,
        ExpressionAttributeValues={f":{name}": value for name, value in values.items()},
    )
