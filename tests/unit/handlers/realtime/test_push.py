"""Pushing events: audiences, content, duplicates, and connections that are gone or fail."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from handlers.kit import aws as kit
from handlers.realtime import pushes
from handlers.realtime.connect import handler as connect
from handlers.realtime.push import handler
from handlers.realtime.storage import connections as connection_table
from handlers.realtime.storage import feed
from tests.unit.handlers.events.samples import CORRELATION_ID, USER, document, outcomes
from tests.unit.handlers.lambda_ import Context
from tests.unit.handlers.realtime.conftest import Gateway
from tests.unit.handlers.realtime.events import (
    ADA,
    CONNECTION,
    EVERYTHING,
    gateway_event,
    invoke,
    push_batch,
    user_event,
)
from tests.unit.handlers.tables import TABLES

Items = Callable[[str], list[dict[str, Any]]]
NO_PHONE = {"phone": None, "phoneVerified": False}
UPDATED = {
    "previous": {**USER, "subject": "ada", "name": "Eda"},
    "user": {**USER, "subject": "ada", "version": 2},
}


def add_connection(aws: Any, audience: str, connection: str, seconds_ago: int = 60) -> None:
    """Store a connection that opened some seconds ago."""
    aws.put_item(
        TableName=TABLES["CONNECTIONS_TABLE"]["TableName"],
        Item={
            "audience": {"S": audience},
            "connectionId": {"S": connection},
            "openAt": {"N": str(int(time.time()) - seconds_ago)},
        },
    )


def push(*documents: dict[str, Any]) -> list[str]:
    """Push a batch and return the ids of the messages to retry."""
    response = handler(push_batch(*documents), Context())
    return [failure["itemIdentifier"] for failure in response["batchItemFailures"]]


def connections(items: Items) -> set[str]:
    """Return the ids of the stored connections."""
    return {row["connectionId"]["S"] for row in items("CONNECTIONS_TABLE")}


def test_event_is_pushed_to_its_user_and_to_everything(aws: Any, gateway: Gateway) -> None:
    """Other users do not receive it."""
    for audience, connection in ((ADA, "ada-1"), (ADA, "ada-2"), ("user#eve", "eve"), (EVERYTHING, "admin")):
        add_connection(aws, audience, connection)

    assert push(user_event()) == []

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
def test_event_without_a_subject_is_pushed_only_to_everything(
    aws: Any, gateway: Gateway, event: dict[str, Any]
) -> None:
    """An event without a subject belongs to no user's audience."""
    add_connection(aws, ADA, "ada")
    add_connection(aws, EVERYTHING, "admin")

    assert push(event) == []

    assert list(gateway.posts) == ["admin"]


def test_message_contains_only_public_fields(aws: Any, gateway: Gateway) -> None:
    """The message contains neither the actor, nor the subject, nor the preferences of the user."""
    add_connection(aws, ADA, "ada")

    push(user_event())

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
            "data": {"user": {**USER, **NO_PHONE}},
        },
    }


def test_update_contains_the_previous_state(aws: Any, gateway: Gateway) -> None:
    """The message contains both states as the API returns them, and the changed public fields."""
    add_connection(aws, EVERYTHING, "admin")

    push(document("user.updated", data={**UPDATED, "changed": ["name", "subject"]}))

    (message,) = gateway.posts["admin"]
    assert message["event"]["data"] == {
        "user": {**USER, **NO_PHONE, "version": 2},
        "previous": {**USER, **NO_PHONE, "name": "Eda"},
        "changed": ["name"],
    }


def test_second_delivery_pushes_nothing(aws: Any, items: Items, gateway: Gateway, log: Any) -> None:
    """A copy in the same batch and a replayed event are both dropped."""
    add_connection(aws, ADA, "ada")

    assert push(user_event(), user_event()) == []
    assert push(user_event(**{"replay-name": "again"})) == []

    assert len(gateway.posts["ada"]) == 1
    assert len(items("FEED_TABLE")) == 2
    assert outcomes(log) == ["done", "repeated", "repeated"]


def test_delivery_after_a_crash_pushes_again(
    aws: Any, items: Items, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An event that was not marked as pushed is pushed again, with a token at the end of the feed."""

    def crash(_: str) -> None:
        raise SystemError("killed")

    add_connection(aws, ADA, "ada")
    with monkeypatch.context() as patch:
        patch.setattr(feed, "mark_pushed", crash)
        assert push(user_event()) == ["message-0"]

    assert push(user_event()) == []

    first, second = gateway.posts["ada"]
    assert first["event"] == second["event"]
    newest = max(row["position"]["S"] for row in items("FEED_TABLE"))
    assert newest == f"{second['token']}#{first['event']['id']}"
    assert int(second["token"]) >= int(first["token"])


def test_feed_stores_messages_for_ten_minutes(items: Items, gateway: Gateway) -> None:
    """Each audience's feed stores the message at the position of its token, even without connections."""
    before = int(time.time())

    push(user_event())

    stored = {row["audience"]["S"]: row for row in items("FEED_TABLE")}
    message = json.loads(stored[ADA]["message"]["S"])
    assert set(stored) == {ADA, EVERYTHING}
    assert stored[ADA]["position"]["S"] == f"{message['token']}#user.created:{USER['id']}:1"
    assert before + 600 <= int(stored[ADA]["expiresAt"]["N"]) <= time.time() + 600


def test_gone_connection_is_deleted(aws: Any, items: Items, gateway: Gateway, log: Any) -> None:
    """The other connections receive the event, and each post has a log line."""
    for connection in ("a", "gone", "z"):
        add_connection(aws, ADA, connection)
    gateway.statuses["gone"] = 410

    assert push(user_event()) == []

    assert sorted(gateway.posts) == ["a", "z"]
    assert connections(items) == {"a", "z"}
    lines = [line for line in log() if line["message"] == "push"]
    assert {line["connectionId"]: line["outcome"] for line in lines} == {
        "a": "sent",
        "gone": "gone",
        "z": "sent",
    }
    (first, *_) = lines
    assert sorted(first) == sorted(
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


def test_opening_connection_is_not_deleted(items: Items, gateway: Gateway) -> None:
    """API Gateway reports a connection as gone until it is open, but it is stored before."""
    invoke(connect, gateway_event(route="$connect"))
    gateway.statuses[CONNECTION] = 410

    assert push(user_event()) == []

    assert connections(items) == {CONNECTION}


@pytest.mark.parametrize("status", [403, 429, 500])
def test_failed_post_retries_the_event(
    aws: Any, items: Items, gateway: Gateway, log: Any, status: int
) -> None:
    """The retry pushes to all connections again, including those that received the event."""
    add_connection(aws, ADA, "ada")
    add_connection(aws, ADA, "busy")
    gateway.statuses["busy"] = status

    assert push(user_event()) == ["message-0"]
    failed = [line for line in log() if line["message"] == "push" and line["outcome"] == "failed"]
    gateway.statuses.clear()
    assert push(user_event()) == []

    assert {name: len(messages) for name, messages in gateway.posts.items()} == {"ada": 2, "busy": 1}
    assert connections(items) == {"ada", "busy"}
    assert [(line["level"], line["connectionId"]) for line in failed] == [("ERROR", "busy")]


def test_hundreds_of_connections_receive_the_event(aws: Any, gateway: Gateway) -> None:
    """Each of more connections than concurrent posts receives it once."""
    names = {f"connection-{number}" for number in range(300)}
    for name in names:
        add_connection(aws, EVERYTHING, name)

    assert push(user_event()) == []

    assert {name: len(messages) for name, messages in gateway.posts.items()} == dict.fromkeys(names, 1)


PAGE = 10
NAMES = [f"connection-{number:03d}" for number in range(2 * PAGE + 5)]


@pytest.fixture
def queue(aws: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], list[dict[str, Any]]]]:
    """The function's own queue with pages of ten connections; a call receives its messages as Lambda does."""
    sqs = kit.client("sqs")
    url = sqs.create_queue(QueueName="realtime-events")["QueueUrl"]
    monkeypatch.setenv("QUEUE_URL", url)
    monkeypatch.setattr(pushes, "PAGE_CONNECTIONS", PAGE)

    def receive() -> list[dict[str, Any]]:
        found = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
        return [json.loads(each["Body"]) for each in found]

    yield receive
    sqs.delete_queue(QueueUrl=url)


def counts(gateway: Gateway) -> dict[str, int]:
    """Return how many messages each connection received."""
    return {name: len(messages) for name, messages in gateway.posts.items()}


@pytest.mark.parametrize("audience", [ADA, EVERYTHING])
def test_large_audience_is_pushed_in_pages(aws: Any, gateway: Gateway, queue: Any, audience: str) -> None:
    """The event posts nothing itself; the pages post once to each connection of their audience."""
    for name in NAMES:
        add_connection(aws, audience, name)
    add_connection(aws, EVERYTHING if audience == ADA else ADA, "other")

    assert push(user_event()) == []
    pages = queue()
    assert (len(pages), gateway.posts) == (4, {})
    assert push(*pages) == []
    assert push(*pages, user_event()) == []

    assert counts(gateway) == dict.fromkeys([*NAMES, "other"], 1)
    assert queue() == []


def test_full_page_is_not_divided(aws: Any, gateway: Gateway, queue: Any) -> None:
    """Two audiences of a page each are pushed at once."""
    for name in NAMES[:PAGE]:
        add_connection(aws, ADA, name)
        add_connection(aws, EVERYTHING, f"all-{name}")

    assert push(user_event()) == []

    assert (len(gateway.posts), queue()) == (2 * PAGE, [])


def test_failed_page_is_repeated_by_itself(aws: Any, gateway: Gateway, queue: Any) -> None:
    """The connections of the other pages do not receive the event again."""
    for name in NAMES:
        add_connection(aws, ADA, name)
    push(user_event())
    pages = queue()
    gateway.statuses[NAMES[PAGE]] = 500

    (failed,) = push(*pages)
    gateway.statuses.clear()
    repeated = pages[int(failed.removeprefix("message-"))]
    assert push(repeated) == []

    expected = dict.fromkeys((*NAMES[: PAGE + 1], *NAMES[2 * PAGE :]), 1)
    assert counts(gateway) == {**expected, **dict.fromkeys(NAMES[PAGE + 1 : 2 * PAGE], 2)}


def test_pages_cover_connections_that_come_and_go(aws: Any, gateway: Gateway, queue: Any) -> None:
    """A page has bounds, so a connection at a bound may close, and a new one between two bounds is in one."""
    for name in NAMES:
        add_connection(aws, ADA, name)
    push(user_event())
    connection_table.disconnect(ADA, NAMES[PAGE - 1])
    add_connection(aws, ADA, f"{NAMES[PAGE]}-new")

    assert push(*queue()) == []

    expected = {*NAMES, f"{NAMES[PAGE]}-new"} - {NAMES[PAGE - 1]}
    assert counts(gateway) == dict.fromkeys(expected, 1)


def test_event_is_divided_again_if_a_page_was_not_sent(
    aws: Any, gateway: Gateway, queue: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The event is marked after all pages were sent; pages that were sent twice are pushed once."""
    for name in NAMES:
        add_connection(aws, ADA, name)
    with monkeypatch.context() as patch:
        patch.setattr(feed, "mark_pushed", lambda _: 1 / 0)
        assert push(user_event()) == ["message-0"]
    first = queue()

    assert push(user_event()) == []
    assert push(*first, *queue()) == []

    assert counts(gateway) == dict.fromkeys(NAMES, 1)


def test_malformed_page_is_dead_lettered(gateway: Gateway, dead_letters: Any) -> None:
    """It is not retried."""
    assert push({"kind": "push-page", "eventId": "1"}) == []

    assert "correlationId" in dead_letters()[0].reason
