"""Resuming: missed messages, tokens and resets."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from handlers.realtime import pushes
from handlers.realtime.resume import handler as resume
from handlers.realtime.storage import feed
from tests.unit.handlers.realtime.conftest import Gateway
from tests.unit.handlers.realtime.events import ADA, CONNECTION, EVERYTHING, gateway_event, invoke


def now() -> int:
    """Return the current time in milliseconds."""
    return time.time_ns() // 1_000_000


def append(audience: str, name: str, moment: int) -> None:
    """Append a message to the feed of an audience."""
    assert feed.append(f"{audience}:{name}", [audience], moment, json.dumps({"name": name}).encode())


def resumed(gateway: Gateway, token: int | None, audience: str = ADA) -> list[Any]:
    """Resume with a token and return the messages that the connection receives."""
    body = {"action": "resume"} if token is None else {"action": "resume", "token": str(token)}
    assert invoke(resume, gateway_event(json.dumps(body), "resume", audience)) == {"statusCode": 200}
    return gateway.posts.pop(CONNECTION, [])


def test_resume_without_a_token_returns_a_token(gateway: Gateway) -> None:
    """A new browser has missed nothing, and receives a token of the current time."""
    before = now()
    append(ADA, "earlier", before)

    (message,) = resumed(gateway, None)

    assert message["type"] == "resumed"
    assert before <= int(message["token"]) <= now()


def test_missed_messages_are_sent_oldest_first(gateway: Gateway) -> None:
    """All messages since 10 seconds before the token are sent, then a new token."""
    token = now() - 60_000
    for name, seconds in {"too old": -11, "third": 2, "first": -9, "second": 1}.items():
        append(ADA, name, token + seconds * 1_000)

    *missed, last = resumed(gateway, token)

    assert missed == [{"name": "first"}, {"name": "second"}, {"name": "third"}]
    assert (last["type"], int(last["token"]) > token) == ("resumed", True)


def test_connection_receives_only_its_own_audience(gateway: Gateway) -> None:
    """The token does not select the audience."""
    token = now() - 5_000
    for audience in (ADA, "user#eve", EVERYTHING):
        append(audience, audience, token)

    received = {audience: resumed(gateway, token, audience)[:-1] for audience in (ADA, EVERYTHING)}

    assert received == {ADA: [{"name": ADA}], EVERYTHING: [{"name": EVERYTHING}]}


@pytest.mark.parametrize(("seconds", "type_"), [(295, "resumed"), (301, "reset"), (86_400, "reset")])
def test_token_older_than_five_minutes_is_a_reset(gateway: Gateway, seconds: int, type_: str) -> None:
    """A reset is sent without any messages."""
    append(ADA, "lately", now() - 30_000)

    messages = resumed(gateway, now() - seconds * 1_000)

    assert messages[-1]["type"] == type_
    assert len(messages) == (2 if type_ == "resumed" else 1)


def test_token_from_a_fast_clock_is_accepted(gateway: Gateway) -> None:
    """A token may be a few seconds in the future."""
    assert [message["type"] for message in resumed(gateway, now() + 5_000)] == ["resumed"]


def test_too_many_missed_messages_are_a_reset(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    """One message more than the maximum causes a reset."""
    monkeypatch.setattr(pushes, "MAX_MISSED", 3)
    token = now() - 5_000
    for number in range(3):
        append(ADA, str(number), token + number)
    within = resumed(gateway, token)
    append(ADA, "3", token + 3)

    assert [message.get("name", message.get("type")) for message in within] == ["0", "1", "2", "resumed"]
    assert resumed(gateway, token) == [{"type": "reset"}]


def test_connection_that_closes_while_resuming_is_no_error(gateway: Gateway) -> None:
    """Sending stops at a connection that is gone, and the invocation succeeds."""
    token = now() - 5_000
    append(ADA, "one", token)
    gateway.statuses[CONNECTION] = 410

    assert resumed(gateway, token) == []
