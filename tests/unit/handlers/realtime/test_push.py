"""Pushing: to whom, what of it, once, and what happens to who is gone or out of reach."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import pytest

from handlers.realtime import storage
from handlers.realtime.connect import handler as connect
from handlers.realtime.push import handler as push
from tests.unit.handlers.events.samples import CORRELATION_ID, USER, document
from tests.unit.handlers.lambda_ import Context
from tests.unit.handlers.realtime.conftest import Gateway
from tests.unit.handlers.realtime.events import (
    ADA,
    CONNECTION,
    EVERYTHING,
    delivered,
    send,
    sent,
    user_event,
)
from tests.unit.handlers.tables import TABLES

Items = Callable[[str], list[dict[str, Any]]]
OLD = {
    "previous": {**USER, "subject": "ada", "name": "Eda"},
    "user": {**USER, "subject": "ada", "version": 2},
}


def opened(aws: Any, audience: str, connection: str, seconds_ago: int = 60) -> None:
    """A connection that has been open for a while."""
    aws.put_item(
        TableName=TABLES["CONNECTIONS_TABLE"]["TableName"],
        Item={
            "audience": {"S": audience},
            "connectionId": {"S": connection},
            "openAt": {"N": str(int(time.time()) - seconds_ago)},
        },
    )


def pushed(*documents: dict[str, Any]) -> list[str]:
    """Push a batch; the messages that are to come again."""
    answer = push(delivered(*documents), Context())
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


def connections(items: Items) -> set[str]:
    """Who is known to be connected."""
    return {row["connectionId"]["S"] for row in items("CONNECTIONS_TABLE")}


def test_event_goes_to_its_own_user_and_to_who_is_told_everything(aws: Any, gateway: Gateway) -> None:
    """Nobody else's browser hears of it."""
    for audience, connection in ((ADA, "ada-1"), (ADA, "ada-2"), ("user#eve", "eve"), (EVERYTHING, "admin")):
        opened(aws, audience, connection)

    assert pushed(user_event()) == []

    assert sorted(gateway.posts) == ["ada-1", "ada-2", "admin"]
    assert all(len(messages) == 1 for messages in gateway.posts.values())


@pytest.mark.parametrize(
    "event",
    [
        user_event(subject=None),
        document("order.placed", "partner.acme", data={"orderId": "o-1", "amount": 5, "currency": "EUR"}),
    ],
    ids=["unlinked user", "partner"],
)
def test_event_about_nobody_s_sign_in_is_for_administrators(
    aws: Any, gateway: Gateway, event: dict[str, Any]
) -> None:
    """Without a subject there is no browser of the user's own."""
    opened(aws, ADA, "ada")
    opened(aws, EVERYTHING, "admin")

    assert pushed(event) == []

    assert list(gateway.posts) == ["admin"]


def test_message_tells_what_the_api_would_and_no_more(aws: Any, gateway: Gateway) -> None:
    """Neither who set the event off, nor whose sign-in it is, nor what they want to be told by."""
    opened(aws, ADA, "ada")

    pushed(user_event())

    (message,) = gateway.posts["ada"]
    assert message.pop("token").isdigit()
    assert message == {
        "type": "event",
        "event": {
            "id": f"user.created:{USER['id']}:1",
            "type": "user.created",
            "source": "strata.users",
            "correlationId": CORRELATION_ID,
            "occurredAt": USER["createdAt"],
            "data": {"user": {**USER, "phone": None}},
        },
    }


def test_change_is_told_with_what_was_before(aws: Any, gateway: Gateway) -> None:
    """Both states as the API shows them, and the changed fields but those that it shows to nobody."""
    opened(aws, EVERYTHING, "admin")

    pushed(document("user.updated", data={**OLD, "changed": ["name", "subject"]}))

    (message,) = gateway.posts["admin"]
    assert message["event"]["data"] == {
        "user": {**USER, "phone": None, "version": 2},
        "previous": {**USER, "phone": None, "name": "Eda"},
        "changed": ["name"],
    }


def test_second_delivery_pushes_nothing(aws: Any, items: Items, gateway: Gateway, log: Any) -> None:
    """However the event comes again: in the same batch, or days later by a replay."""
    opened(aws, ADA, "ada")

    assert pushed(user_event(), user_event()) == []
    assert pushed(user_event(**{"replay-name": "again"})) == []

    assert len(gateway.posts["ada"]) == 1
    assert len(items("FEED_TABLE")) == 2
    outcomes = [line["outcome"] for line in log() if line["message"] == "event"]
    assert outcomes == ["done", "repeated", "repeated"]


def test_delivery_after_a_crash_tells_everyone_again(
    aws: Any, items: Items, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run that dies before its mark is done anew, with a token that no later one has overtaken."""
    opened(aws, ADA, "ada")
    with monkeypatch.context() as patch:
        patch.setattr(storage, "pushed", lambda _: (_ for _ in ()).throw(SystemError("killed")))
        assert pushed(user_event()) == ["message-0"]

    assert pushed(user_event()) == []

    first, second = gateway.posts["ada"]
    assert first["event"] == second["event"]
    newest = max(row["position"]["S"] for row in items("FEED_TABLE"))
    assert newest == f"{second['token']}#{first['event']['id']}"
    assert int(second["token"]) >= int(first["token"])


def test_feed_holds_what_was_told_for_ten_minutes(items: Items, gateway: Gateway) -> None:
    """A message an audience, at the place that its token names, kept whoever is connected."""
    before = int(time.time())

    pushed(user_event())

    kept = {row["audience"]["S"]: row for row in items("FEED_TABLE")}
    message = json.loads(kept[ADA]["message"]["S"])
    assert set(kept) == {ADA, EVERYTHING}
    assert kept[ADA]["position"]["S"] == f"{message['token']}#user.created:{USER['id']}:1"
    assert before + 600 <= int(kept[ADA]["expiresAt"]["N"]) <= time.time() + 600


def test_connection_that_is_gone_is_forgotten_and_the_others_are_told(
    aws: Any, items: Items, gateway: Gateway, log: Any
) -> None:
    """One who vanished holds up nobody, and each post leaves its line."""
    for connection in ("a", "gone", "z"):
        opened(aws, ADA, connection)
    gateway.statuses["gone"] = 410

    assert pushed(user_event()) == []

    assert sorted(gateway.posts) == ["a", "z"]
    assert connections(items) == {"a", "z"}
    lines = [line for line in log() if line["message"] == "push"]
    assert {line["connectionId"]: line["outcome"] for line in lines} == {
        "a": "sent",
        "gone": "gone",
        "z": "sent",
    }
    (one, *_) = lines
    assert sorted(one) == sorted(
        [
            "timestamp",
            "level",
            "message",
            "correlationId",
            "function",
            "requestId",
            "eventId",
            "connectionId",
            "outcome",
        ]
    )


def test_connection_that_is_about_to_open_is_kept(items: Items, gateway: Gateway) -> None:
    """The gateway calls it gone until it is open; it is stored before that."""
    send(connect, sent(route="$connect"))
    gateway.statuses[CONNECTION] = 410

    assert pushed(user_event()) == []

    assert connections(items) == {CONNECTION}


@pytest.mark.parametrize("status", [403, 429, 500])
def test_post_that_fails_brings_the_event_back(
    aws: Any, items: Items, gateway: Gateway, log: Any, status: int
) -> None:
    """Whoever could be told was told; all are told again, until nobody is left out."""
    opened(aws, ADA, "ada")
    opened(aws, ADA, "busy")
    gateway.statuses["busy"] = status

    assert pushed(user_event()) == ["message-0"]
    failed = [line for line in log() if line["message"] == "push" and line["outcome"] == "failed"]
    gateway.statuses.clear()
    assert pushed(user_event()) == []

    assert {name: len(messages) for name, messages in gateway.posts.items()} == {"ada": 2, "busy": 1}
    assert connections(items) == {"ada", "busy"}
    assert [(line["level"], line["connectionId"]) for line in failed] == [("ERROR", "busy")]


def test_hundreds_of_connections_are_told(aws: Any, gateway: Gateway) -> None:
    """Each once, more of them than are posted to at a time."""
    names = {f"connection-{number}" for number in range(300)}
    for name in names:
        opened(aws, EVERYTHING, name)

    assert pushed(user_event()) == []

    assert {name: len(messages) for name, messages in gateway.posts.items()} == dict.fromkeys(names, 1)
