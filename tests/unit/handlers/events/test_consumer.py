"""Consumers of a queue of events."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from handlers.events.consumer import consumer
from handlers.events.effect import Poison
from handlers.events.event import Event
from tests.unit.handlers.events.samples import CORRELATION_ID, USER, batch, document, message
from tests.unit.handlers.lambda_ import Context

Log = Callable[[], list[dict[str, Any]]]
DeadLetters = Callable[[], list[tuple[str, str]]]


def failing(*identifiers: str) -> dict[str, Any]:
    """Return the batch response that makes SQS deliver these messages again."""
    return {"batchItemFailures": [{"itemIdentifier": identifier} for identifier in identifiers]}


def test_message_is_handled_as_its_event(log: Log) -> None:
    """The function receives the event, the message is deleted, and the log describes the delivery."""
    seen: list[Event] = []
    handler = consumer(seen.append)

    response = handler(batch(message(document(), attempt=2)), Context())

    line, invocation = log()
    assert response == failing()
    assert [event.id for event in seen] == [f"user.created:{USER['id']}:1"]
    assert {**line, "timestamp": "", "durationMs": 0} == {
        "timestamp": "",
        "level": "INFO",
        "message": "event",
        "correlationId": CORRELATION_ID,
        "function": "strata-test-function",
        "requestId": Context.aws_request_id,
        "queue": "strata-test-welcome",
        "messageId": "message-1",
        "attempt": 2,
        "waitedMs": line["waitedMs"],
        "eventId": f"user.created:{USER['id']}:1",
        "eventType": "user.created",
        "outcome": "done",
        "durationMs": 0,
    }
    assert 50 <= line["waitedMs"] < 60_000
    assert (invocation["messages"], invocation["failed"]) == (1, 0)


def test_outcome_of_the_function_is_logged(log: Log) -> None:
    """The log line has the outcome that the function returns."""
    consumer(lambda _: "repeated")(batch(message(document())), Context())

    assert log()[0]["outcome"] == "repeated"


def test_only_failed_message_is_delivered_again(dead_letters: DeadLetters, log: Log) -> None:
    """One failed message does not affect the rest of its batch."""

    def handle(event: Event) -> None:
        if event.id == "second":
            raise RuntimeError("no luck")

    names = ("first", "second", "third")
    response = consumer(handle)(
        batch(*(message(document(metadata={"id": name}), name) for name in names)), Context()
    )

    assert response == failing("second")
    assert [(line["outcome"], line.get("error")) for line in log()[:3]] == [
        ("done", None),
        ("failed", "RuntimeError: no luck"),
        ("done", None),
    ]
    assert dead_letters() == []


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("{", "the message is not JSON"),
        ("[" * 100_000, "the message is not JSON"),
        ("[]", "the message is not a JSON object"),
        (
            json.dumps(document("user.created", "elsewhere")),
            "source: 'elsewhere': expected strata.users for user.created",
        ),
        (json.dumps(document(data={"user": None})), "/detail/data/user: Expected `object`, got `null`"),
    ],
)
def test_message_that_is_not_an_event_is_dead_lettered(
    body: str, reason: str, dead_letters: DeadLetters
) -> None:
    """It is not retried; the dead-letter queue receives it unchanged, with the reason."""
    response = consumer(lambda _: pytest.fail("nothing to handle"))(batch(message(body)), Context())

    assert (response, dead_letters()) == (failing(), [(body, reason)])


def test_poison_is_dead_lettered(dead_letters: DeadLetters, log: Log) -> None:
    """A message that the function rejects as `Poison` is not retried."""

    def handle(_: Event) -> None:
        raise Poison("no such recipient")

    given = message(document())
    response = consumer(handle)(batch(given), Context())

    assert (response, dead_letters()) == (failing(), [(given["body"], "no such recipient")])
    assert (log()[0]["outcome"]) == "dead-lettered"


def test_poison_is_delivered_again_if_dead_lettering_fails(
    dead_letters: DeadLetters, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A message that the dead-letter queue does not accept is not lost."""
    monkeypatch.setenv("DEAD_LETTERS_URL", "https://sqs.us-east-1.amazonaws.com/123456789012/nowhere")

    assert consumer(lambda _: None)(batch(message("{")), Context()) == failing("message-1")


def test_messages_without_time_left_are_delivered_again(log: Log) -> None:
    """No message is started that Lambda could interrupt."""
    response = consumer(lambda _: pytest.fail("too late"))(
        batch(message(document(), "a"), message(document(), "b")), Context(remaining_milliseconds=1_000)
    )

    assert response == failing("a", "b")
    assert log()[0]["error"] == "Unavailable: not enough time left in this invocation"
