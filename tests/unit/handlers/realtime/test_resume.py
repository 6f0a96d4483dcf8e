"""Coming back: what was missed, from where, and when it is too much."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from handlers.realtime import storage
from handlers.realtime.resume import handler as resume
from tests.unit.handlers.realtime.conftest import Gateway
from tests.unit.handlers.realtime.events import ADA, CONNECTION, EVERYTHING, send, sent


def now() -> int:
    """This moment in milliseconds."""
    return time.time_ns() // 1_000_000


def fed(audience: str, name: str, moment: int) -> None:
    """Something was told to an audience."""
    assert storage.feed(f"{audience}:{name}", [audience], moment, json.dumps({"name": name}).encode())


def resumed(gateway: Gateway, token: int | None, audience: str = ADA) -> list[Any]:
    """What a connection is told that resumes with this token."""
    body = {"action": "resume"} if token is None else {"action": "resume", "token": str(token)}
    assert send(resume, sent(json.dumps(body), "resume", audience)) == {"statusCode": 200}
    return gateway.posts.pop(CONNECTION, [])


def test_without_a_token_one_is_given(gateway: Gateway) -> None:
    """Who comes for the first time has missed nothing, and learns where things stand."""
    before = now()
    fed(ADA, "earlier", before)

    (message,) = resumed(gateway, None)

    assert message["type"] == "resumed"
    assert before <= int(message["token"]) <= now()


def test_what_was_missed_comes_oldest_first_with_a_new_token(gateway: Gateway) -> None:
    """All since the token, and some moments before it, since clocks differ."""
    token = now() - 60_000
    for name, seconds in {"too old": -11, "third": 2, "first": -9, "second": 1}.items():
        fed(ADA, name, token + seconds * 1_000)

    *missed, last = resumed(gateway, token)

    assert missed == [{"name": "first"}, {"name": "second"}, {"name": "third"}]
    assert (last["type"], int(last["token"]) > token) == ("resumed", True)


def test_audience_is_the_connection_s_own(gateway: Gateway) -> None:
    """Whatever token is shown, what comes is what the connection may be told."""
    token = now() - 5_000
    for audience in (ADA, "user#eve", EVERYTHING):
        fed(audience, audience, token)

    told = {audience: resumed(gateway, token, audience)[:-1] for audience in (ADA, EVERYTHING)}

    assert told == {ADA: [{"name": ADA}], EVERYTHING: [{"name": EVERYTHING}]}


@pytest.mark.parametrize(("seconds", "kind"), [(295, "resumed"), (301, "reset"), (86_400, "reset")])
def test_five_minutes_can_be_made_up_for(gateway: Gateway, seconds: int, kind: str) -> None:
    """Who was away for longer is told to load everything anew."""
    fed(ADA, "lately", now() - 30_000)

    messages = resumed(gateway, now() - seconds * 1_000)

    assert messages[-1]["type"] == kind
    assert len(messages) == (2 if kind == "resumed" else 1)


def test_token_of_a_clock_that_is_ahead_misses_nothing(gateway: Gateway) -> None:
    """A token a little in the future is as good as one of now."""
    assert [message["type"] for message in resumed(gateway, now() + 5_000)] == ["resumed"]


def test_too_much_to_tell_is_a_reset(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the most that is told one by one, loading anew is quicker."""
    from handlers.realtime import pushes

    monkeypatch.setattr(pushes, "MOST_MISSED", 3)
    token = now() - 5_000
    for number in range(3):
        fed(ADA, str(number), token + number)
    within = resumed(gateway, token)
    fed(ADA, "3", token + 3)

    assert [message.get("name", message.get("type")) for message in within] == ["0", "1", "2", "resumed"]
    assert resumed(gateway, token) == [{"type": "reset"}]


def test_who_leaves_while_being_told_is_told_no_more(gateway: Gateway) -> None:
    """A connection that is gone ends the telling, and fails nothing."""
    token = now() - 5_000
    fed(ADA, "one", token)
    gateway.statuses[CONNECTION] = 410

    assert resumed(gateway, token) == []
