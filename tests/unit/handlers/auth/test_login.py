"""GET /auth/login and GET /auth/callback: the sign-in, and every way in which it ends without a session."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from handlers.auth.attempt import decoded
from tests.unit.handlers.auth.fake_cognito import ADA, CLIENT, URL, FakeCognito
from tests.unit.handlers.auth.sign_in import Browser, signed_in
from tests.unit.handlers.fake_service import HttpResponse
from tests.unit.handlers.lambda_ import Reply
from tests.unit.handlers.people import delete, disable, link
from tests.unit.handlers.tables import TABLES

Items = Callable[[str], list[dict[str, Any]]]
HOST_ONLY = "Path=/; Secure; HttpOnly"


def failed(reply: Reply, reason: str) -> None:
    """Assert that a callback ended at the page for a reason, without a session."""
    assert (reply.status, reply.headers["Location"]) == (302, f"/sign-in?error={reason}")
    assert reply.cookies == (f"__Host-login=; Max-Age=0; {HOST_ONLY}; SameSite=Strict",)


def query_of(reply: Reply) -> dict[str, str]:
    """Return the query of the redirect to the hosted login."""
    return dict(parse_qsl(urlsplit(reply.headers["Location"]).query))


def test_login_redirects_with_state_nonce_and_challenge(cognito: FakeCognito) -> None:
    """The redirect has the code flow with PKCE; the verifier is in the cookie only."""
    reply = Browser().begin()

    query = query_of(reply)
    assert reply.headers["Location"].startswith(f"{cognito.url}/oauth2/authorize?")
    random = {name: query.pop(name) for name in ("state", "nonce", "code_challenge")}
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{43}", text) for text in random.values())
    assert len(set(random.values())) == 3
    assert query == {
        "response_type": "code",
        "client_id": CLIENT,
        "redirect_uri": f"{URL}/api/auth/callback",
        "scope": "openid email profile",
        "code_challenge_method": "S256",
    }
    (line,) = reply.cookies
    kept = decoded(line.partition(";")[0].partition("=")[2]).decode()
    assert random["state"] in kept
    assert random["code_challenge"] not in kept
    assert line.endswith(f"; Max-Age=600; {HOST_ONLY}; SameSite=Lax")


def test_each_login_has_new_secrets(cognito: FakeCognito) -> None:
    """No value of one attempt is used in another."""
    first, second = query_of(Browser().begin()), query_of(Browser().begin())

    assert not {first[name] for name in ("state", "nonce", "code_challenge")} & set(second.values())


def test_sign_up_is_another_page_of_the_hosted_login(cognito: FakeCognito) -> None:
    """The sign-up continues as a sign-in, with the same parameters."""
    reply = Browser().send("GET /auth/login", query={"screen": "signup"})

    assert reply.headers["Location"].startswith(f"{cognito.url}/signup?")
    assert query_of(reply)["code_challenge_method"] == "S256"


@pytest.mark.parametrize(
    "path",
    [
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "https://evil.example",
        "https:evil.example",
        "javascript:alert(1)",
        "evil.example",
        "",
        "/a\nLocation: https://evil.example",
        "/\t/evil.example",
        "/ /evil.example",
        "/ä",
        "/" + "a" * 1_024,
        "/\x00",
    ],
)
def test_return_to_another_site_is_refused(cognito: FakeCognito, path: str) -> None:
    """Only a path of this site is accepted, before the sign-in."""
    reply = Browser().begin(path)

    assert (reply.status, reply.body["errors"][0]["field"]) == (400, "return")
    assert reply.cookies == ()


def test_tampered_return_in_the_cookie_is_refused(cognito: FakeCognito) -> None:
    """The path is checked again when it is used."""
    browser = Browser()
    parameters = cognito.authorize(browser.begin().headers["Location"])
    kept = decoded(browser.cookies["__Host-login"]).decode().replace('"path":"/"', '"path":"//evil.example"')
    from handlers.auth.attempt import base64url

    browser.cookies["__Host-login"] = base64url(kept.encode())

    failed(browser.complete(parameters), "expired")


def test_callback_begins_a_session(cognito: FakeCognito, items: Items) -> None:
    """The browser receives two host-only cookies and returns to its path; the table has only a digest."""
    browser = Browser()

    reply = browser.sign_in(cognito, "/users?limit=10#top")

    assert reply.headers["Location"] == "/users?limit=10#top"
    session, access, login = reply.cookies
    assert re.fullmatch(
        rf"__Host-session=[A-Za-z0-9_-]{{43}}; Max-Age=43200; {HOST_ONLY}; SameSite=Strict", session
    )
    assert re.fullmatch(rf"__Host-access=[\w.-]+; Max-Age=300; {HOST_ONLY}; SameSite=Strict", access)
    assert login.startswith("__Host-login=; Max-Age=0;")
    (stored,) = items("SESSIONS_TABLE")
    assert browser.cookies["__Host-session"] not in str(stored)
    assert browser.cookies["__Host-access"] not in str(stored)
    assert b"refresh-0" not in stored["refreshToken"]["B"]
    assert (stored["subject"], stored["userAgent"]) == ({"S": ADA}, {"S": "Firefox"})


def test_session_is_always_a_new_one(cognito: FakeCognito) -> None:
    """A session that someone else put into the browser is not the one that signs in (session fixation)."""
    browser = Browser()
    parameters = cognito.authorize(browser.begin().headers["Location"])
    browser.cookies["__Host-session"] = "planted"

    browser.complete(parameters)

    assert browser.cookies["__Host-session"] != "planted"
    planted = Browser()
    planted.cookies["__Host-session"] = "planted"
    assert planted.send("GET /auth/session").status == 401


@pytest.mark.parametrize("state", ["another", "", "\ud800", None])
def test_another_state_is_refused(cognito: FakeCognito, items: Items, state: str | None) -> None:
    """A callback that this browser did not begin begins no session, and uses no code."""
    browser = Browser()
    parameters = cognito.authorize(browser.begin().headers["Location"])
    given = {name: text for name, text in {**parameters, "state": state}.items() if text is not None}

    failed(browser.complete(given), "expired")
    assert items("SESSIONS_TABLE") == []


@pytest.mark.parametrize("cookie", [None, "", "e30", "%%%", "\u00e4", "bnVsbA", "eyJzdGF0ZSI6MX0"])
def test_callback_without_the_attempt_is_refused(cognito: FakeCognito, cookie: str | None) -> None:
    """A browser that did not begin the sign-in, or began it too long ago, gets no session (login CSRF)."""
    parameters = cognito.authorize(Browser().begin().headers["Location"])
    other = Browser()
    if cookie is not None:
        other.cookies["__Host-login"] = cookie

    failed(other.complete(parameters), "expired")


def test_code_of_another_attempt_is_refused(cognito: FakeCognito) -> None:
    """A stolen code does not fit the verifier of the attempt into which it is injected (PKCE)."""
    stolen = cognito.authorize(Browser().begin().headers["Location"])
    browser = Browser()
    state = query_of(browser.begin())["state"]

    failed(browser.complete({"code": stolen["code"], "state": state}), "failed")


def test_callback_is_valid_once(cognito: FakeCognito) -> None:
    """The address of a callback, from a log or the history, begins no second session."""
    browser = Browser()
    parameters = cognito.authorize(browser.begin().headers["Location"])
    kept = browser.cookies["__Host-login"]
    assert browser.complete(parameters).headers["Location"] == "/"

    failed(browser.complete(parameters), "expired")
    browser.cookies["__Host-login"] = kept
    failed(browser.complete(parameters), "failed")


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"aud": "another-client"},
        {"iss": "https://evil.example"},
        {"token_use": "access"},
        {"exp": 1},
        {"sub": "another-person"},
    ],
)
def test_id_token_of_another_attempt_is_refused(
    cognito: FakeCognito, items: Items, claims: dict[str, Any]
) -> None:
    """Nonce, audience, issuer, use, expiry and subject of the ID token are checked."""
    cognito.claims = claims

    failed(Browser().sign_in(cognito), "failed")
    assert items("SESSIONS_TABLE") == []


@pytest.mark.parametrize("claims", [{"token_use": "id"}, {"client_id": "another"}, {"origin_jti": None}])
def test_access_token_of_another_kind_is_refused(cognito: FakeCognito, claims: dict[str, Any]) -> None:
    """The second token must be an access token of this client."""
    cognito.access = claims

    failed(Browser().sign_in(cognito), "failed")


@pytest.mark.parametrize(("error", "reason"), [("access_denied", "denied"), ("server_error", "failed")])
def test_error_of_the_hosted_login_is_shown(cognito: FakeCognito, error: str, reason: str) -> None:
    """Parameters that the client does not know are ignored (RFC 6749, 4.1.2)."""
    browser = Browser()
    state = query_of(browser.begin())["state"]

    failed(browser.complete({"error": error, "error_description": "no", "state": state}), reason)


@pytest.mark.parametrize(("status", "error"), [(500, ""), (503, ""), (429, "")])
def test_unavailable_token_endpoint_ends_at_the_page(cognito: FakeCognito, status: int, error: str) -> None:
    """A person can try again."""
    cognito.status, cognito.error = status, error

    failed(Browser().sign_in(cognito), "failed")


def test_unreachable_token_endpoint_ends_at_the_page(
    cognito: FakeCognito, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So does a token endpoint that does not respond."""
    browser = Browser()
    parameters = cognito.authorize(browser.begin().headers["Location"])
    monkeypatch.setenv("LOGIN_URL", "http://127.0.0.1:1")

    failed(browser.complete(parameters), "failed")


def test_rejected_client_is_an_error_of_the_deployment(cognito: FakeCognito, log: Any) -> None:
    """A wrong secret is logged as an error: no one can sign in."""
    cognito.status, cognito.error = 400, "invalid_client"
    browser = Browser()
    parameters = cognito.authorize(browser.begin().headers["Location"])
    log()

    assert browser.complete(parameters).status == 500
    assert log()[-1]["error"] == "RejectedError"


@pytest.mark.parametrize("change", [disable, delete])
def test_person_who_may_not_act_is_denied(
    cognito: FakeCognito, items: Items, change: Callable[[str], None]
) -> None:
    """A disabled or deleted person gets no session, even if Cognito still signs them in."""
    change(link(ADA))

    failed(Browser().sign_in(cognito), "denied")
    assert items("SESSIONS_TABLE") == []


@pytest.mark.parametrize("given", [{"code": "\ud800"}, {"error": "\ud800"}])
def test_text_that_utf8_cannot_encode_ends_at_the_page(cognito: FakeCognito, given: dict[str, str]) -> None:
    """It is no code and no error of Cognito, and no failure of the function."""
    browser = Browser()
    state = query_of(browser.begin())["state"]

    failed(browser.complete({"state": state, **given}), "failed")


def test_browser_s_name_is_stored_as_text(cognito: FakeCognito, items: Items) -> None:
    """The table accepts Unicode only, and a name is shortened."""
    browser = Browser()
    parameters = cognito.authorize(browser.begin().headers["Location"])

    reply = browser.send("GET /auth/callback", {}, query=parameters, agent="Fire\ud800fox" + "x" * 500)

    assert reply.headers["Location"] == "/"
    (session,) = items("SESSIONS_TABLE")
    assert session["userAgent"]["S"] == "Fire?fox" + "x" * 248


@pytest.mark.usefixtures("no_time_for_retries")
def test_sign_in_that_cannot_be_checked_leaves_no_session(
    cognito: FakeCognito, aws: Any, items: Items
) -> None:
    """Without the person's profile no browser gets the cookie, and the list of sessions shows no other."""

    def throttle(params: dict[str, Any], **_: Any) -> Any:
        busy = HttpResponse(400), {"Error": {"Code": "ThrottlingException", "Message": ""}}
        return None if TABLES["SESSIONS_TABLE"]["TableName"] in str(params["body"]) else busy

    browser = Browser()
    parameters = cognito.authorize(browser.begin().headers["Location"])
    aws.meta.events.register("before-call.dynamodb", throttle)
    reply = browser.complete(parameters)
    aws.meta.events.unregister("before-call.dynamodb", throttle)

    failed(reply, "failed")
    assert items("SESSIONS_TABLE") == []


def test_oversized_parameters_are_refused(cognito: FakeCognito) -> None:
    """No code of Cognito is that long."""
    assert Browser().complete({"code": "x" * 2_049}).status == 400


def test_token_that_no_browser_stores_is_an_error(cognito: FakeCognito, log: Any) -> None:
    """Browsers ignore a cookie of more than 4,096 bytes: the log has the reason."""
    cognito.access = {"scope": "x" * 4_000}
    log()

    assert Browser().sign_in(cognito).status == 500
    assert "fewer groups or scopes" in log()[-1]["traceback"]


def test_log_contains_no_secret(cognito: FakeCognito, log: Any) -> None:
    """Neither code, state, cookies nor tokens are logged."""
    browser = signed_in(cognito)

    lines = str(log())

    assert not [value for value in browser.cookies.values() if value in lines]
    assert "refresh-0" not in lines
