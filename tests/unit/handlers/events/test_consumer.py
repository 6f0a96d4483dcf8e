"""A function behind a queue of events."""

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
    """The answer that has these messages come again."""
    return {"batchItemFailures": [{"itemIdentifier": identifier} for identifier in identifiers]}


def test_message_is_handled_as_its_event(log: Log) -> None:
    """The function gets the event, nothing comes again, and the log tells how it was delivered."""
    seen: list[Event] = []
    handler = consumer(seen.append)

    answer = handler(batch(message(document(), attempt=2)), Context())

    line, invocation = log()
    assert answer == failing()
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


def test_outcome_of_the_function_stands_in_the_log(log: Log) -> None:
    """Why nothing was done can be read."""
    consumer(lambda _: "repeated")(batch(message(document())), Context())

    assert log()[0]["outcome"] == "repeated"


def test_message_that_fails_comes_again_alone(dead_letters: DeadLetters, log: Log) -> None:
    """One bad message holds up none of its batch."""

    def handle(event: Event) -> None:
        if event.id == "second":
            raise RuntimeError("no luck")

    names = ("first", "second", "third")
    answer = consumer(handle)(
        batch(*(message(document(metadata={"id": name}), name) for name in names)), Context()
    )

    assert answer == failing("second")
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
def test_message_that_is_no_event_goes_to_the_dead_letters(
    body: str, reason: str, dead_letters: DeadLetters
) -> None:
    """It is never tried again, and lies there as it came, with the reason."""
    answer = consumer(lambda _: pytest.fail("nothing to handle"))(batch(message(body)), Context())

    assert (answer, dead_letters()) == (failing(), [(body, reason)])


def test_poison_goes_to_the_dead_letters(dead_letters: DeadLetters, log: Log) -> None:
    """What the function knows will never work is not tried again."""

    def handle(_: Event) -> None:
        raise Poison("nobody lives there")

    given = message(document())
    answer = consumer(handle)(batch(given), Context())

    assert (answer, dead_letters()) == (failing(), [(given["body"], "nobody lives there")])
    assert (log()[0]["outcome"]) == "dead-lettered"


def test_poison_that_cannot_be_put_aside_comes_again(
    dead_letters: DeadLetters, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the dead-letter queue takes nothing, the message is not lost."""
    monkeypatch.setenv("DEAD_LETTERS_URL", "https://sqs.us-east-1.amazonaws.com/123456789012/nowhere")

    assert consumer(lambda _: None)(batch(message("{")), Context()) == failing("message-1")


def test_messages_for_which_no_time_is_left_come_again(log: Log) -> None:
    """None is begun that Lambda would end in the middle."""
    answer = consumer(lambda _: pytest.fail("too late"))(
        batch(message(document(), "a"), message(document(), "b")), Context(remaining_milliseconds=1_000)
    )

    assert answer == failing("a", "b")
    assert log()[0]["error"] == "Unavailable: not enough time left in this invocation"
