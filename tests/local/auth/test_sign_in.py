"""Sign-in end to end: the hosted login, sessions and their end, over HTTP through the front door."""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import pytest
import requests

from local.deployment.people import PEOPLE
from provider.cloud import Cloud
from tests.local import tokens
from tests.local.auth.browser import Browser
from tests.local.platform import Platform, until
from tests.local.realtime.browser import Session, connected, handshake, table, ticket, visit
from tests.local.users.profiles import newcomer, profile, set_status

PERSON = PEOPLE["person"]


@pytest.fixture
def browser(platform: Platform) -> Browser:
    """A browser in which a person is signed in."""
    browser = Browser(platform)
    done = browser.sign_in(PERSON)
    assert (done.status_code, done.headers["Location"]) == (302, "/")
    return browser


@pytest.fixture(scope="module", autouse=True)
def warm(platform: Platform) -> None:
    """Start the functions that a sign-out needs: the times below are those of a running platform."""
    browser = Browser(platform)
    browser.sign_in(PERSON)
    browser.fetch("POST", "/api/auth/refresh")
    _with_socket(browser, lambda: browser.fetch("POST", "/api/auth/logout", {}))


def _with_socket(browser: Browser, work: Any) -> float:
    """Do something while a WebSocket of the browser is open; return the seconds until it is closed."""

    async def run(session: Session) -> float:
        async with connected(session, browser.token) as socket:
            started = time.monotonic()
            await _in_thread(work)
            message = await socket.receive(timeout=20)
            assert message.type in (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED), message
            return time.monotonic() - started

    return visit(browser.platform, run)


async def _in_thread(work: Any) -> Any:
    import asyncio

    return await asyncio.to_thread(work)


def test_sign_in_returns_to_its_path_with_cookies_only(platform: Platform) -> None:
    """The two cookies are all that the browser gets; the address has neither code nor token."""
    browser = Browser(platform)

    done = browser.sign_in(PERSON, "/api/auth/login?return=%2Fusers%3Flimit%3D10")

    assert (done.status_code, done.headers["Location"], done.text) == (302, "/users?limit=10", "")
    assert set(browser.cookies) == {"__Host-session", "__Host-access"}
    assert all(cookie.strict for cookie in browser.cookies.values())


def test_cookie_opens_the_api_and_no_handler_receives_it(platform: Platform, browser: Browser) -> None:
    """The edge function moves the token; the native authorizer checks it as any other."""
    me = browser.fetch("GET", "/api/me")

    assert (me.status_code, me.json()["email"]) == (200, PERSON.email)
    assert browser.fetch("GET", "/api/users").status_code == 403
    assert browser.fetch("PATCH", "/api/me", {"name": PERSON.name}).status_code == 200


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none", ""])
@pytest.mark.parametrize("method", ["GET", "POST", "PATCH", "DELETE"])
def test_request_of_another_site_is_anonymous(browser: Browser, site: str, method: str) -> None:
    """With the cookies that the browser would send, and without the header, the API returns 401."""
    forged = browser.fetch(method, "/api/me", Sec_Fetch_Site=site)

    assert forged.status_code in (401, 405)
    assert browser.fetch(method, "/api/auth/refresh", Sec_Fetch_Site=site).status_code in (403, 405)


def test_request_without_the_header_is_anonymous(browser: Browser) -> None:
    """A form of this origin cannot change anything."""
    assert browser.fetch("PATCH", "/api/me", {}, X_Strata_Request="").status_code == 401
    assert browser.fetch("POST", "/api/auth/logout", {}, X_Strata_Request="").status_code == 403
    assert browser.fetch("GET", "/api/auth/session").status_code == 200


def test_access_token_is_valid_for_five_minutes(browser: Browser) -> None:
    """So is the cookie that holds it."""
    claims = tokens.claims(browser.token)

    assert claims["exp"] - claims["iat"] == 300
    assert browser.cookies["__Host-access"].attributes["max-age"] == "300"


def test_refresh_rotates_and_keeps_the_groups(platform: Platform) -> None:
    """Each token has the scopes of the person's groups; the stored refresh token changes every time."""
    browser = Browser(platform)
    browser.sign_in(PEOPLE["admin"])
    seen = [_stored(platform, browser)]
    origins = {tokens.claims(browser.token)["origin_jti"]}

    for _ in range(2):
        assert browser.fetch("POST", "/api/auth/refresh").status_code == 204
        seen.append(_stored(platform, browser))
        origins.add(tokens.claims(browser.token)["origin_jti"])
        assert browser.fetch("GET", "/api/users").status_code == 200

    assert len(set(seen)) == 3
    assert len(origins) == 1
    assert all(b"eyJ" not in each for each in seen)
    shown = browser.fetch("GET", "/api/auth/session").json()
    assert "users/write" in shown["scopes"]


def test_sign_out_ends_everything_of_the_session(platform: Platform, browser: Browser) -> None:
    """Session, refresh token and cookies end; the access token does, within five minutes, by itself."""
    kept, token = dict(browser.cookies), browser.token

    done = browser.fetch("POST", "/api/auth/logout", {"everywhere": False})

    assert browser.cookies == {}
    left = requests.get(done.json()["url"], allow_redirects=False, timeout=30)
    assert (left.status_code, left.headers["Location"]) == (302, f"{platform.url}/signed-out")
    browser.cookies = kept
    assert browser.fetch("GET", "/api/auth/session").status_code == 401
    assert browser.fetch("POST", "/api/auth/refresh").status_code == 401
    assert platform.ask("GET", "/me", token).status_code == 200


def test_sign_out_closes_the_sockets_of_its_session_within_a_second(
    platform: Platform, browser: Browser
) -> None:
    """Those of all tabs; another browser of the same person keeps its own. No new one opens."""
    other, kept = Browser(platform), browser.token
    other.sign_in(PERSON)

    async def sign_out(session: Session) -> tuple[float, int]:
        issued = await ticket(session, kept)
        async with connected(session, other.token) as stays, connected(session, kept) as second:
            async with connected(session, kept) as first:
                started = time.monotonic()
                await _in_thread(lambda: browser.fetch("POST", "/api/auth/logout", {}))
                for socket in (first, second):
                    assert (await socket.receive(timeout=20)).type == aiohttp.WSMsgType.CLOSE
                seconds = time.monotonic() - started
            await stays.send_str('{"action": "ping"}')
            assert (await stays.receive_json(timeout=20))["type"] == "pong"
            return seconds, await handshake(session, ticket=issued)

    seconds, status = visit(platform, sign_out)

    assert status == 403
    # A second on an idle machine; the tests share theirs with others.
    assert seconds < 5
    assert other.fetch("GET", "/api/auth/session").status_code == 200


def test_sign_out_everywhere_ends_every_browser(platform: Platform) -> None:
    """The other browser's session and socket end too."""
    with newcomer(platform) as token:
        person = PEOPLE[tokens.claims(token)["email"]]
        one, two = Browser(platform), Browser(platform)
        one.sign_in(person)
        two.sign_in(person)
        until(lambda: len(two.fetch("GET", "/api/auth/session").json()["sessions"]), 2)

        _with_socket(two, lambda: one.fetch("POST", "/api/auth/logout", {"everywhere": True}))

        assert two.fetch("GET", "/api/auth/session").status_code == 401
        assert two.fetch("POST", "/api/auth/refresh").status_code == 401


def test_sessions_of_a_disabled_person_end(platform: Platform) -> None:
    """At the event of the change, without a request of the browser."""
    with newcomer(platform) as token:
        person, user_id = PEOPLE[tokens.claims(token)["email"]], profile(platform, token)["id"]
        browser = Browser(platform)
        browser.sign_in(person)

        _with_socket(browser, lambda: set_status(platform, user_id, "disabled"))

        until(lambda: browser.fetch("GET", "/api/auth/session").status_code, 401)


def test_callback_is_valid_once_and_in_its_own_browser(platform: Platform) -> None:
    """Neither a repetition nor another browser that follows the address is signed in."""
    browser, thief = Browser(platform), Browser(platform)
    callback = browser.authorize(browser.navigate("/api/auth/login").headers["Location"], PERSON)

    assert thief.navigate(callback, "cross-site").headers["Location"] == "/sign-in?error=expired"
    assert browser.navigate(callback, "cross-site").headers["Location"] == "/"
    assert browser.navigate(callback, "cross-site").headers["Location"] == "/sign-in?error=expired"
    assert thief.cookies == {}


def test_code_is_useless_without_the_secret(platform: Platform) -> None:
    """The client is confidential: a code and its verifier are not enough."""
    browser = Browser(platform)
    location = browser.navigate("/api/auth/login").headers["Location"]
    callback = browser.authorize(location, PERSON)
    code = dict(pair.split("=") for pair in urlsplit(callback).query.split("&"))["code"]
    form = {
        "grant_type": "authorization_code",
        "client_id": platform.outputs["clientId"],
        "redirect_uri": f"{platform.url}/api/auth/callback",
        "code": code,
        "code_verifier": _verifier(browser),
    }

    refused = requests.post(f"{platform.cloud.endpoint}/oauth2/token", data=form, timeout=30)

    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_client")


def test_key_refuses_the_token_of_another_session(platform: Platform, browser: Browser) -> None:
    """The encryption context binds a ciphertext to its session, also on the embedded cloud."""
    kms: Any = platform.cloud.client("kms")
    stored = _item(platform, browser)
    key = _session_key(platform.cloud)

    blob = stored["refreshToken"]["B"]
    context = {"session": stored["id"]["S"]}
    assert kms.decrypt(KeyId=key, CiphertextBlob=blob, EncryptionContext=context)["Plaintext"]
    with pytest.raises(kms.exceptions.InvalidCiphertextException):
        kms.decrypt(KeyId=key, CiphertextBlob=blob, EncryptionContext={"session": "another"})


def _verifier(browser: Browser) -> str:
    from handlers.auth.attempt import from_cookie

    kept = from_cookie(browser.cookies["__Host-login"].value)
    assert kept is not None
    return kept.verifier


def _item(platform: Platform, browser: Browser) -> Any:
    from handlers.auth.logic import id_of

    key = {"id": {"S": id_of(browser.cookies["__Host-session"].value)}}
    return platform.cloud.client("dynamodb").get_item(TableName=table(platform, "sessions"), Key=key)["Item"]


def _stored(platform: Platform, browser: Browser) -> bytes:
    return _item(platform, browser)["refreshToken"]["B"]


def _session_key(cloud: Cloud) -> str:
    aliases = cloud.client("kms").list_aliases()["Aliases"]
    return next(each["TargetKeyId"] for each in aliases if each["AliasName"].endswith("-sessions"))
