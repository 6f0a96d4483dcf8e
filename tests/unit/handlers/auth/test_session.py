"""POST /auth/refresh and GET /auth/session, and sessions that end without a sign-out."""

from __future__ import annotations

import contextvars
import itertools
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from handlers.auth import cipher, storage
from handlers.auth.end import handler as end
from handlers.auth.logic import id_of
from handlers.kit import aws as kit
from tests.unit.handlers.auth.fake_cognito import ADA, FakeCognito
from tests.unit.handlers.auth.sign_in import SIGNED_OUT, Browser, alter, cleared, signed_in
from tests.unit.handlers.bus import Bus
from tests.unit.handlers.events.samples import USER, batch, document, message, outcomes
from tests.unit.handlers.lambda_ import Context
from tests.unit.handlers.people import delete, disable, enable, link

Items = Callable[[str], list[dict[str, Any]]]
GUARDED = ("POST /auth/refresh", "POST /auth/logout")
SITES = ("same-origin", "same-site", "cross-site", "none", "", "same-origin, same-origin")
HEADERS = ("1", "0", "")


@pytest.mark.parametrize(("key", "site", "header"), [*itertools.product(GUARDED, SITES, HEADERS)])
def test_forged_request_is_refused(
    cognito: FakeCognito, items: Items, key: str, site: str, header: str
) -> None:
    """Only a page of this origin can renew or end a session: it sets the header, the browser the site.

    A sibling subdomain is `same-site`, a form post or an image of another site `cross-site`.
    """
    browser = signed_in(cognito)
    sent = {"Sec-Fetch-Site": site, "X-Strata-Request": header}

    reply = browser.send(key, {name: text for name, text in sent.items() if text}, body={})

    allowed = (site, header) == ("same-origin", "1")
    assert (reply.status < 400) == allowed
    if not allowed:
        assert (reply.status, reply.body["type"]) == (403, "/problems/cross-site-request")
        assert reply.cookies == ()
        assert len(items("SESSIONS_TABLE")) == 1
        assert cognito.refreshed == cognito.revoked == []


def test_refresh_sets_a_new_access_token(cognito: FakeCognito, items: Items) -> None:
    """The response has only the access cookie; the next refresh token replaces the used one."""
    browser = signed_in(cognito)
    before = browser.cookies["__Host-access"]

    reply = browser.send("POST /auth/refresh")

    assert (reply.status, reply.body) == (204, None)
    assert browser.cookies["__Host-access"] != before
    (line,) = reply.cookies
    assert line.endswith("; Max-Age=300; Path=/; Secure; HttpOnly; SameSite=Strict")
    assert browser.send("POST /auth/refresh").status == 204
    assert cognito.refreshed == ["refresh-0", "refresh-1"]
    (stored,) = items("SESSIONS_TABLE")
    assert "leaseUntil" not in stored
    assert cipher.decrypt(stored["refreshToken"]["B"], stored["id"]["S"]) == "refresh-2"


def test_two_tabs_refresh_at_once(cognito: FakeCognito) -> None:
    """Each gets a token, and the refresh token is used by one of them at a time."""
    browser, cognito.delay = signed_in(cognito), 0.1
    tabs = [Browser() for _ in range(3)]
    for tab in tabs:
        tab.cookies = dict(browser.cookies)

    with ThreadPoolExecutor(3) as pool:
        replies = list(pool.map(lambda tab: contextvars.Context().run(tab.send, "POST /auth/refresh"), tabs))

    assert [reply.status for reply in replies] == [204] * 3
    assert cognito.refreshed == ["refresh-0", "refresh-1", "refresh-2"]


@pytest.mark.usefixtures("no_time_for_retries")
def test_refresh_in_progress_is_unavailable_in_the_end(cognito: FakeCognito, aws: Any) -> None:
    """If another invocation keeps the token too long, the browser tries again."""
    browser = signed_in(cognito)
    alter(aws, browser, "SET leaseUntil = :u", u={"N": str(int(time.time() * 1_000) + 9_000)})

    reply = browser.send("POST /auth/refresh")

    assert (reply.status, reply.headers["Retry-After"]) == (503, "1")
    assert "__Host-session" in browser.cookies


def test_lease_of_a_stopped_invocation_ends(cognito: FakeCognito, aws: Any) -> None:
    """An invocation that Lambda stopped does not end the session."""
    browser = signed_in(cognito)
    alter(aws, browser, "SET leaseUntil = :u", u={"N": str(int(time.time() * 1_000) - 1)})

    assert browser.send("POST /auth/refresh").status == 204


@pytest.mark.parametrize("code", ["ThrottlingException", "TooManyRequestsException"])
def test_unavailable_cognito_keeps_the_session(cognito: FakeCognito, items: Items, code: str) -> None:
    """A failure that a retry may remove ends the lease and nothing else."""
    browser, cognito.failure = signed_in(cognito), code

    assert browser.send("POST /auth/refresh").status == 503
    assert browser.send("POST /auth/logout", body={}).status == 503
    cognito.failure = ""
    assert browser.send("POST /auth/refresh").status == 204
    assert "leaseUntil" not in items("SESSIONS_TABLE")[0]


@pytest.mark.parametrize(
    "code", ["NotAuthorizedException", "RefreshTokenReuseException", "UserNotFoundException"]
)
def test_refused_refresh_token_ends_the_session(
    cognito: FakeCognito, items: Items, bus: Bus, code: str
) -> None:
    """A token that was revoked or used by someone else ends the session and its WebSockets."""
    browser, cognito.failure = signed_in(cognito), code

    reply = browser.send("POST /auth/refresh")

    assert (reply.status, reply.body["type"]) == (401, "/problems/session-ended")
    assert cleared(reply.cookies) == SIGNED_OUT
    assert items("SESSIONS_TABLE") == []
    assert [event.type for event in bus.published] == ["session.ended"]


@pytest.mark.parametrize("cookie", [None, "", "unknown", "x" * 4_000, "\ud800"])
def test_unknown_session_is_unauthorized(cognito: FakeCognito, cookie: str | None) -> None:
    """Any cookie without a session is deleted by the response."""
    browser = Browser()
    if cookie is not None:
        browser.cookies["__Host-session"] = cookie

    reply = browser.send("POST /auth/refresh")

    assert (reply.status, cleared(reply.cookies)) == (401, SIGNED_OUT)


@pytest.mark.parametrize("key", ["POST /auth/refresh", "GET /auth/session"])
def test_expired_session_is_unauthorized(cognito: FakeCognito, aws: Any, key: str) -> None:
    """DynamoDB deletes expired items with a delay; a session is over from its expiry on."""
    browser = signed_in(cognito)
    alter(aws, browser, "SET expiresAt = :t", t={"N": str(int(time.time()))})

    assert browser.send(key).status == 401
    assert cognito.refreshed == []


@pytest.mark.parametrize("change", [disable, delete])
def test_refresh_of_a_person_who_may_not_act_ends_the_session(
    cognito: FakeCognito, items: Items, change: Callable[[str], None]
) -> None:
    """It does not wait for Cognito to know."""
    user_id = link(ADA)
    browser = signed_in(cognito)
    change(user_id)

    assert browser.send("POST /auth/refresh").status == 401
    assert cognito.refreshed == []
    assert items("SESSIONS_TABLE") == []


def test_refresh_that_a_sign_out_overtakes_is_revoked(cognito: FakeCognito, aws: Any, items: Items) -> None:
    """If the session ends while its token is used, the token that is not stored is revoked."""
    browser = signed_in(cognito)
    events = kit.client("kms").meta.events
    session_id = id_of(browser.cookies["__Host-session"])

    def end_session(**_: Any) -> None:
        storage.delete(session_id)

    events.register("before-call.kms.Encrypt", end_session)
    reply = browser.send("POST /auth/refresh")
    events.unregister("before-call.kms.Encrypt", end_session)

    assert (reply.status, cognito.revoked) == (401, ["refresh-1"])
    assert items("SESSIONS_TABLE") == []


def test_session_shows_the_person_and_all_sessions(cognito: FakeCognito) -> None:
    """The current session is first; nothing in it gives access."""
    other, browser = signed_in(cognito), signed_in(cognito)

    reply = browser.send("GET /auth/session", {"Sec-Fetch-Site": "same-origin"})

    sessions = reply.body.pop("sessions")
    expires = reply.body.pop("expiresAt")
    assert reply.body == {
        "subject": ADA,
        "email": "ada@example.org",
        "name": "Ada",
        "scopes": ["openid", "users/read"],
    }
    assert expires <= time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 300))
    assert [(each["id"], each["current"]) for each in sessions] == [
        (id_of(browser.cookies["__Host-session"]), True),
        (id_of(other.cookies["__Host-session"]), False),
    ]
    assert {each["userAgent"] for each in sessions} == {"Firefox"}


def test_link_from_another_site_ends_no_session(cognito: FakeCognito) -> None:
    """Browsers send no Strict cookie then; the response must not delete the cookies that they have."""
    reply = Browser().send("GET /auth/session", {"Sec-Fetch-Site": "cross-site"})

    assert (reply.status, reply.body["type"]) == (401, "/problems/no-session")
    assert reply.cookies == ()


@pytest.mark.parametrize("key", ["GET /auth/session", "POST /auth/refresh", "POST /auth/logout"])
@pytest.mark.usefixtures("no_time_for_retries")
def test_busy_table_is_unavailable(cognito: FakeCognito, aws: Any, key: str) -> None:
    """A throttled table is a declared 503."""
    browser = signed_in(cognito)
    given: dict[str, Any] = {"body": {}} if key == "POST /auth/logout" else {}

    def throttle(**_: Any) -> Any:
        from tests.unit.handlers.fake_service import HttpResponse

        return HttpResponse(400), {"Error": {"Code": "ThrottlingException", "Message": ""}}

    aws.meta.events.register("before-call.dynamodb", throttle)
    reply = browser.send(key, **given)
    aws.meta.events.unregister("before-call.dynamodb", throttle)

    assert reply.status == 503


def test_refresh_token_of_one_session_does_not_decrypt_in_another(cognito: FakeCognito, items: Items) -> None:
    """The ciphertext is bound to its session: copied into another item it is useless."""
    from botocore.exceptions import ClientError

    signed_in(cognito)
    (stored,) = items("SESSIONS_TABLE")

    with pytest.raises(ClientError):
        cipher.decrypt(stored["refreshToken"]["B"], "another-session")


def deliver(subject: str | None = ADA) -> int:
    """Deliver the event of a deleted user; return the number of failed messages."""
    data = {"user": {**USER, "subject": subject}}
    return len(end(batch(message(document("user.deleted", data=data))), Context())["batchItemFailures"])


@pytest.mark.parametrize("change", [disable, delete])
@pytest.mark.usefixtures("dead_letters")
def test_sessions_of_a_person_who_may_not_act_are_deleted(
    cognito: FakeCognito, items: Items, change: Callable[[str], None]
) -> None:
    """All of them, at the event of the change."""
    user_id = link(ADA)
    for _ in range(2):
        signed_in(cognito)
    change(user_id)

    assert deliver() == 0
    assert items("SESSIONS_TABLE") == []


@pytest.mark.usefixtures("dead_letters")
def test_late_event_ends_no_session_of_an_enabled_person(
    cognito: FakeCognito, items: Items, log: Any
) -> None:
    """The current state counts, not the event's; a user without a sign-in has no session."""
    user_id = link(ADA)
    signed_in(cognito)
    disable(user_id)
    enable(user_id)

    assert (deliver(), outcomes(log)[-1]) == (0, "skipped")
    assert (deliver(None), outcomes(log)[-1]) == (0, "skipped")
    assert len(items("SESSIONS_TABLE")) == 1
