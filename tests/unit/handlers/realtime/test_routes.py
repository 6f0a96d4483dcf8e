"""The routes of a connection: opening, closing, a ping, and what nobody understands."""

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
from tests.unit.handlers.realtime.conftest import ENDPOINT, Gateway
from tests.unit.handlers.realtime.events import ADA, CONNECTION, EVERYTHING, send, sent

Items = Callable[[str], list[dict[str, Any]]]


def test_open_connection_is_kept_for_as_long_as_it_can_last(items: Items) -> None:
    """It stands under what it is told, and goes by itself ten minutes after the gateway's two hours."""
    before = int(time.time())

    answer = send(connect, sent(route="$connect", audience=EVERYTHING))

    (kept,) = items("CONNECTIONS_TABLE")
    assert answer == {"statusCode": 200}
    assert before + 7_800 <= int(kept.pop("expiresAt")["N"]) <= time.time() + 7_800
    assert before + 5 <= int(kept.pop("openAt")["N"]) <= time.time() + 5
    assert kept.pop("connectedAt")["S"].endswith("Z")
    assert kept == {"audience": {"S": EVERYTHING}, "connectionId": {"S": CONNECTION}}


def test_closed_connection_is_forgotten_however_often_it_is_said(items: Items) -> None:
    """The gateway may say so twice, or about a connection that is gone already."""
    send(connect, sent(route="$connect"))

    answers = [send(disconnect, sent(route="$disconnect")) for _ in range(2)]

    assert answers == [{"statusCode": 200}] * 2
    assert items("CONNECTIONS_TABLE") == []


def test_connection_that_cannot_be_kept_is_not_let_in(stubbed: Stubber) -> None:
    """Better refused, and tried again, than open and never told anything."""
    stubbed.add_client_error("put_item", "ThrottlingException")

    assert send(connect, sent(route="$connect")) == {"statusCode": 500}


def test_ping_is_answered_over_the_connection(gateway: Gateway) -> None:
    """The answer is posted to the stage's address, and the gateway is told no more than that it is done."""
    answer = send(ping, sent('{"action": "ping"}', "ping"))

    assert answer == {"statusCode": 200}
    assert gateway.posts == {CONNECTION: [{"type": "pong"}]}
    assert gateway.addresses == {ENDPOINT}


@pytest.mark.parametrize("body", ["", "{", "[]", '{"action": "dance"}', "\ud83d\ude00"])
def test_unknown_is_told_what_would_be_understood(gateway: Gateway, body: str) -> None:
    """The same for all: a frame of nothing, no JSON, no object, no action of ours."""
    send(unknown, sent(body))

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
def test_malformed_resume_is_told_its_form(gateway: Gateway, body: str) -> None:
    """A token that we never gave is an error message, never a failure."""
    assert send(resume, sent(body, "resume")) == {"statusCode": 200}

    detail = "expected an action of resume with the token of an earlier message, or with none"
    assert gateway.posts == {CONNECTION: [{"type": "error", "detail": detail}]}


def test_answer_to_who_has_left_is_no_failure(gateway: Gateway, log: Any) -> None:
    """A browser may go while its ping is under way."""
    gateway.statuses[CONNECTION] = 410

    assert send(ping, sent('{"action": "ping"}', "ping")) == {"statusCode": 200}
    assert [line["level"] for line in log()] == ["INFO"]


@pytest.mark.parametrize("status", [403, 429, 500])
def test_answer_that_cannot_be_posted_is_an_error_in_the_log(gateway: Gateway, log: Any, status: int) -> None:
    """The gateway is told so, and the log why."""
    gateway.statuses[CONNECTION] = status

    answer = send(ping, sent('{"action": "ping"}', "ping"))

    (line,) = log()
    assert answer == {"statusCode": 500}
    assert (line["level"], line["status"], line["connectionId"]) == ("ERROR", 500, CONNECTION)


def test_failure_of_ours_is_told_by_its_correlation_id(
    gateway: Gateway, log: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The browser learns where it is logged, and nothing of what it was."""
    monkeypatch.delenv("FEED_TABLE")
    now = str(time.time_ns() // 1_000_000)

    send(resume, sent(f'{{"action": "resume", "token": "{now}"}}', "resume"))

    (line,) = log()
    detail = f"something went wrong on our side; it is logged under {line['correlationId']}"
    assert line["error"] == "MissingVariableError"
    assert gateway.posts == {CONNECTION: [{"type": "error", "detail": detail}]}


def test_refusal_is_told_in_its_own_words(gateway: Gateway) -> None:
    """With too little time left to ask DynamoDB, the browser is told to try again."""
    now = str(time.time_ns() // 1_000_000)

    body = f'{{"action": "resume", "token": "{now}"}}'
    send(resume, sent(body, "resume", ADA), Context(remaining_milliseconds=100))

    detail = "the data store is slow; try again"
    assert gateway.posts == {CONNECTION: [{"type": "error", "detail": detail}]}
