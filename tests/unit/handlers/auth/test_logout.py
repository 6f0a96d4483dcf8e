"""POST /auth/logout: one session ends, or every session of the person."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from handlers.auth.logic import id_of
from tests.unit.handlers.auth.fake_cognito import ADA, FakeCognito
from tests.unit.handlers.auth.sign_in import OWN, SIGNED_OUT, alter, cleared, signed_in
from tests.unit.handlers.bus import Bus

Items = Callable[[str], list[dict[str, Any]]]


def test_logout_ends_the_session(cognito: FakeCognito, items: Items, bus: Bus) -> None:
    """Item and token end, the event closes the WebSockets, and the cookies are deleted."""
    browser, other = signed_in(cognito), signed_in(cognito)
    session_id = id_of(browser.cookies["__Host-session"])

    reply = browser.send("POST /auth/logout", body={"everywhere": False})

    returns = "client_id=client1&logout_uri=https%3A%2F%2Fstrata.example.com%2Fsigned-out"
    assert (reply.status, reply.body) == (200, {"url": f"{cognito.url}/logout?{returns}"})
    assert cleared(reply.cookies) == SIGNED_OUT
    assert cognito.revoked == ["refresh-0"]
    (event,) = bus.published
    session = {"id": session_id, "subject": ADA, "origins": ["origin-1"]}
    assert (event.type, event.source, event.detail["data"]) == (
        "session.ended",
        "strata.sessions",
        {"session": session},
    )
    assert event.detail["metadata"]["actor"] == ADA
    assert [item["id"]["S"] for item in items("SESSIONS_TABLE")] == [id_of(other.cookies["__Host-session"])]


@pytest.mark.parametrize("code", ["UnauthorizedException", "UnsupportedTokenTypeException"])
def test_logout_ends_a_session_whose_token_cognito_refuses(
    cognito: FakeCognito, items: Items, bus: Bus, log: Any, code: str
) -> None:
    """A replaced client does not know the token: the person must be able to sign out all the same."""
    browser, cognito.failure = signed_in(cognito), code

    reply = browser.send("POST /auth/logout", body={})

    assert (reply.status, cleared(reply.cookies)) == (200, SIGNED_OUT)
    assert (items("SESSIONS_TABLE"), [event.type for event in bus.published]) == ([], ["session.ended"])
    assert log()[-1]["notRevoked"] == code


def test_logout_ends_a_session_whose_token_cannot_be_decrypted(
    cognito: FakeCognito, aws: Any, items: Items, bus: Bus
) -> None:
    """So does one whose key was replaced; the token is lost, and no one can use it."""
    browser = signed_in(cognito)
    alter(aws, browser, "SET refreshToken = :t", t={"B": b"of another key"})

    assert browser.send("POST /auth/logout", body={}).status == 200
    assert (items("SESSIONS_TABLE"), cognito.revoked) == ([], [])
    assert len(bus.published) == 1


@pytest.mark.parametrize("code", ["NotAuthorizedException", "UserNotFoundException"])
def test_logout_everywhere_of_a_disabled_person_ends_every_session(
    cognito: FakeCognito, items: Items, bus: Bus, code: str
) -> None:
    """Cognito refuses the call for a person who is disabled or deleted."""
    browser, _ = signed_in(cognito), signed_in(cognito)
    cognito.failure = code

    assert browser.send("POST /auth/logout", body={"everywhere": True}).status == 200
    assert (items("SESSIONS_TABLE"), len(bus.published)) == ([], 2)


def test_logout_everywhere_ends_every_session(cognito: FakeCognito, items: Items, bus: Bus) -> None:
    """All sessions of the person end, and Cognito revokes all their tokens."""
    browser, other = signed_in(cognito), signed_in(cognito)

    assert browser.send("POST /auth/logout", body={"everywhere": True}).status == 200

    assert items("SESSIONS_TABLE") == []
    assert len(bus.published) == 2
    assert cognito.signed_out == ["ada"]
    assert other.send("GET /auth/session").status == 401


def test_logout_without_a_session_is_the_same(cognito: FakeCognito, bus: Bus) -> None:
    """A second click, or a session that has expired, still leads to the end of Cognito's session."""
    browser = signed_in(cognito)
    kept = dict(browser.cookies)
    first = browser.send("POST /auth/logout", body={})
    browser.cookies = kept

    second = browser.send("POST /auth/logout", body={})

    assert (second.status, second.body) == (200, first.body)
    assert len(bus.published) == 1


def test_logout_that_cannot_be_published_can_be_repeated(
    cognito: FakeCognito, items: Items, bus: Bus, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the WebSockets cannot be closed, the session remains, and with it the cookies."""
    monkeypatch.setattr("handlers.events.publish.attempts", lambda: iter([0]))
    browser, bus.broken = signed_in(cognito), True

    assert browser.send("POST /auth/logout", body={}).status == 503
    assert "__Host-session" in browser.cookies
    assert len(items("SESSIONS_TABLE")) == 1
    bus.broken = False
    assert browser.send("POST /auth/logout", body={}).status == 200
    assert items("SESSIONS_TABLE") == []


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({"text": "not JSON"}, 400),
        ({"body": {"everywhere": "yes"}}, 400),
        ({"body": {"elsewhere": True}}, 400),
        ({"text": "x" * 20_000}, 413),
        ({"text": "{}", "headers": {**OWN, "Content-Type": "text/plain"}}, 415),
    ],
)
def test_logout_with_a_bad_body_is_refused(
    cognito: FakeCognito, items: Items, given: dict[str, Any], status: int
) -> None:
    """A content type of a form is refused too."""
    browser = signed_in(cognito)

    assert browser.send("POST /auth/logout", **given).status == status
    assert len(items("SESSIONS_TABLE")) == 1
