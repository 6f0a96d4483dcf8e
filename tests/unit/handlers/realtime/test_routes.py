"""The routes of the WebSocket API: connect, disconnect, ping, and unknown messages."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from botocore.stub import Stubber

from handlers.realtime.connect import handler as connect
from handlers.realtime.disconnect import handler as disconnect
from handlers.realtime.ping import handler as ping
from handlers.realtime.resume import handler as resume
from handlers.realtime.unknown import handler as unknown
from tests.unit.handlers.lambda_ import Context
from tests.unit.handlers.people import delete, disable, link
from tests.unit.handlers.realtime.conftest import ENDPOINT, Gateway
from tests.unit.handlers.realtime.events import ADA, CONNECTION, EVERYTHING, gateway_event, invoke

Items = Callable[[str], list[dict[str, Any]]]


def test_connection_is_stored_for_its_maximum_duration(items: Items) -> None:
    """It is stored under its audience, and expires ten minutes after API Gateway's limit of two hours."""
    before = int(time.time())

    response = invoke(connect, gateway_event(route="$connect", audience=EVERYTHING))

    (stored,) = items("CONNECTIONS_TABLE")
    assert response == {"statusCode": 200}
    assert before + 7_800 <= int(stored.pop("expiresAt")["N"]) <= time.time() + 7_800
    assert before + 5 <= int(stored.pop("openAt")["N"]) <= time.time() + 5
    assert stored.pop("connectedAt")["S"].endswith("Z")
    assert stored == {
        "audience": {"S": EVERYTHING},
        "connectionId": {"S": CONNECTION},
        "subject": {"S": "ada"},
    }


@pytest.mark.parametrize("change", [disable, delete])
def test_connection_of_a_person_who_may_not_act_is_refused(
    items: Items, log: Any, change: Callable[[str], None]
) -> None:
    """A ticket from before the change opens no connection, and none stays stored."""
    change(link("ada"))

    response = invoke(connect, gateway_event(route="$connect"))

    assert response == {"statusCode": 403}
    assert items("CONNECTIONS_TABLE") == []
    assert [line["level"] for line in log()][-1] == "INFO"


def test_disconnect_is_idempotent(items: Items) -> None:
    """API Gateway may report a closed connection twice."""
    invoke(connect, gateway_event(route="$connect"))

    responses = [invoke(disconnect, gateway_event(route="$disconnect")) for _ in range(2)]

    assert responses == [{"statusCode": 200}] * 2
    assert items("CONNECTIONS_TABLE") == []


def test_connection_that_cannot_be_stored_is_refused(stubbed: Stubber) -> None:
    """An open connection that is not stored would receive no events."""
    stubbed.add_client_error("put_item", "ThrottlingException")

    assert invoke(connect, gateway_event(route="$connect")) == {"statusCode": 500}


def test_ping_posts_a_pong(gateway: Gateway) -> None:
    """The pong is posted to the stage's endpoint, and the response contains only the status."""
    response = invoke(ping, gateway_event('{"action": "ping"}', "ping"))

    assert response == {"statusCode": 200}
    assert gateway.posts == {CONNECTION: [{"type": "pong"}]}
    assert gateway.endpoints == {ENDPOINT}


@pytest.mark.parametrize("body", ["", "{", "[]", '{"action": "dance"}', "\ud83d\ude00"])
def test_unknown_message_returns_the_expected_form(gateway: Gateway, body: str) -> None:
    """An empty message, invalid JSON, another JSON type and an unknown action return the same error."""
    invoke(unknown, gateway_event(body))

    detail = "expected a JSON object whose action is one of ping, resume"
    assert gateway.posts == {CONNECTION: [{"type": "error", "detail": detail}]}


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{",
        "[]",
        '{"action": "ping"}',
        '{"action": "resume", "token": 1763733274123}',
        '{"action": "resume", "token": "176373327412"}',
        '{"action": "resume", "token": "17637332741234"}',
        '{"action": "resume", "token": "1763733274123\\n"}',
        '{"action": "resume", "token": "-763733274123"}',
        '{"action": "resume", "token": ""}',
        '{"action": ' + "[" * 100_000,
    ],
)
def test_malformed_resume_returns_the_expected_form(gateway: Gateway, body: str) -> None:
    """A malformed request or token is an error message, and the invocation succeeds."""
    assert invoke(resume, gateway_event(body, "resume")) == {"statusCode": 200}

    detail = "expected the action resume with the token of an earlier message, or without a token"
    assert gateway.posts == {CONNECTION: [{"type": "error", "detail": detail}]}


def test_reply_to_a_closed_connection_is_no_error(gateway: Gateway, log: Any) -> None:
    """A connection may close while its ping is handled."""
    gateway.statuses[CONNECTION] = 410

    assert invoke(ping, gateway_event('{"action": "ping"}', "ping")) == {"statusCode": 200}
    assert [line["level"] for line in log()] == ["INFO"]


@pytest.mark.parametrize("status", [403, 429, 500])
def test_failed_reply_is_logged_as_an_error(gateway: Gateway, log: Any, status: int) -> None:
    """The response has status 500, and the log line is an error."""
    gateway.statuses[CONNECTION] = status

    response = invoke(ping, gateway_event('{"action": "ping"}', "ping"))

    (line,) = log()
    assert response == {"statusCode": 500}
    assert (line["level"], line["status"], line["connectionId"]) == ("ERROR", 500, CONNECTION)


def test_internal_error_returns_its_correlation_id(
    gateway: Gateway, log: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The error message contains the correlation id, and nothing about the cause."""
    monkeypatch.delenv("FEED_TABLE")
    now = str(time.time_ns() // 1_000_000)

    invoke(resume, gateway_event(f'{{"action": "resume", "token": "{now}"}}', "resume"))

    (line,) = log()
    detail = f"internal error, logged under correlation id {line['correlationId']}"
    assert line["error"] == "MissingVariableError"
    assert gateway.posts == {CONNECTION: [{"type": "error", "detail": detail}]}


def test_refusal_returns_its_text(gateway: Gateway) -> None:
    """With too little time left to call DynamoDB, the error message asks to try again."""
    now = str(time.time_ns() // 1_000_000)

    body = f'{{"action": "resume", "token": "{now}"}}'
    invoke(resume, gateway_event(body, "resume", ADA), Context(remaining_milliseconds=100))

    detail = "the data store is slow; try again"
    assert gateway.posts == {CONNECTION: [{"type": "error", "detail": detail}]}
