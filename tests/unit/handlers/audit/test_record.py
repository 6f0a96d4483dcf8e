"""The consumer that records every event."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.stub import ANY, Stubber

from handlers.audit.record import handler
from handlers.audit.storage import LONGEST_LINE, batches
from handlers.kit import aws as kit
from tests.unit.handlers.events.samples import batch, document, message
from tests.unit.handlers.lambda_ import Context

STREAM = "strata-test-audit"
BUCKET = "strata-test-audit"
DESTINATION = {
    "RoleARN": "arn:aws:iam::123456789012:role/audit",
    "BucketARN": f"arn:aws:s3:::{BUCKET}",
}
CALL = {"DeliveryStreamName": STREAM, "Records": ANY}
BUSY = {"ErrorCode": "ServiceUnavailableException", "ErrorMessage": "slow down"}
TAKEN = {"RecordId": "1"}

Log = Callable[[], list[dict[str, Any]]]
Trail = Callable[[], bytes]
DeadLetters = Callable[[], list[tuple[str, str]]]


@pytest.fixture
def stream(cloud: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The client of the stream that the handler is told of."""
    monkeypatch.setenv("AUDIT_STREAM", STREAM)
    return kit.client("firehose")


@pytest.fixture
def trail(stream: Any) -> Iterator[Trail]:
    """What stands in the bucket: all that the stream was given, one after the other."""
    s3 = kit.client("s3")
    s3.create_bucket(Bucket=BUCKET)
    stream.create_delivery_stream(DeliveryStreamName=STREAM, ExtendedS3DestinationConfiguration=DESTINATION)

    def keys() -> list[str]:
        return [each["Key"] for each in s3.list_objects_v2(Bucket=BUCKET).get("Contents", [])]

    yield lambda: b"".join(s3.get_object(Bucket=BUCKET, Key=key)["Body"].read() for key in keys())
    stream.delete_delivery_stream(DeliveryStreamName=STREAM)
    for key in keys():
        s3.delete_object(Bucket=BUCKET, Key=key)
    s3.delete_bucket(Bucket=BUCKET)


@pytest.fixture
def stubbed(stream: Any) -> Iterator[Stubber]:
    """The stream with answers put into its mouth, in order; all must be asked for."""
    with Stubber(stream) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


def event(number: int = 1, **also: Any) -> str:
    """An event as a queue carries it."""
    metadata = {"id": f"user.created:{number}:1", "correlationId": f"correlation-{number}"}
    return json.dumps(document(metadata=metadata, **also))


def messages(*bodies: str) -> dict[str, Any]:
    """The batch that Lambda passes for these bodies; the messages are called by their places, from 0."""
    return batch(*(message(body, str(place), attempt=2) for place, body in enumerate(bodies)))


def failures(*places: int) -> dict[str, Any]:
    """The answer that has these messages come again."""
    return {"batchItemFailures": [{"itemIdentifier": str(place)} for place in places]}


def answer(*responses: dict[str, str]) -> dict[str, Any]:
    """What Firehose says to a batch."""
    failed = sum("ErrorCode" in response for response in responses)
    return {"FailedPutCount": failed, "RequestResponses": list(responses)}


def test_events_are_recorded_unchanged_a_line_each(trail: Trail) -> None:
    """Each line is the body as it came, in whatever order its keys stand and of whoever's source."""
    bodies = [event(1), '{"detail": {"b":1,  "a":2.50},"source":"aws.s3"}', event(3, name="Zoë")]

    assert handler(messages(*bodies), Context()) == failures()
    assert trail() == "".join(f"{body}\n" for body in bodies).encode()


def test_event_over_several_lines_becomes_one(trail: Trail) -> None:
    """A line break between tokens would be two broken lines to a reader; one within a text stays escaped."""
    body = '{\r\n  "detail": {"text": "one\\ntwo\u2028three"}\n}'

    handler(messages(body), Context())

    assert trail().count(b"\n") == 1
    assert json.loads(trail()) == json.loads(body)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("no JSON", "the message is not JSON"),
        ('{"cut": ', "the message is not JSON"),
        ('{"a": 1}{"b": 2}', "the message is not JSON"),
        ('{"a": NaN}', "the message is not JSON"),
        ("[" * 5_000, "the message is not JSON"),
        ("[{}]", "the message is not a JSON object"),
        ("null", "the message is not a JSON object"),
        (
            json.dumps({"a": "x" * LONGEST_LINE}),
            f"the event has {LONGEST_LINE + 10} bytes: expected {LONGEST_LINE} at most",
        ),
    ],
    ids=["words", "cut", "two", "nan", "deep", "list", "null", "long"],
)
def test_what_is_no_line_goes_to_the_dead_letters(
    body: str, reason: str, trail: Trail, dead_letters: DeadLetters
) -> None:
    """It goes there at once, with the reason, and holds up nothing that came with it."""
    assert handler(messages(body, event()), Context()) == failures()
    assert dead_letters() == [(body, reason)]
    assert trail() == f"{event()}\n".encode()


def test_lines_that_the_stream_does_not_take_come_again(stubbed: Stubber) -> None:
    """Of a batch that Firehose takes in part, the rest alone is named."""
    lines = [{"Data": f"{event(number)}\n".encode()} for number in range(3)]
    stubbed.add_response(
        "put_record_batch",
        answer(BUSY, TAKEN, BUSY),
        {"DeliveryStreamName": STREAM, "Records": lines},
    )

    assert handler(messages(*map(event, range(3))), Context()) == failures(0, 2)


def test_refused_call_has_all_of_it_come_again(stubbed: Stubber) -> None:
    """A stream that refuses, whatever the reason, has taken nothing."""
    stubbed.add_client_error("put_record_batch", "ServiceUnavailableException", http_status_code=503)

    assert handler(messages(event(1), event(2)), Context()) == failures(0, 1)


def test_batch_beyond_one_call_goes_in_several(stubbed: Stubber) -> None:
    """One call that fails does not take the others with it."""
    half = "x" * (LONGEST_LINE - 1_000)
    stubbed.add_response("put_record_batch", answer(*[TAKEN] * 4), CALL)
    stubbed.add_response("put_record_batch", answer(BUSY), CALL)

    assert handler(messages(*[event(number, text=half) for number in range(5)]), Context()) == failures(4)


def test_without_time_nothing_is_begun(stubbed: Stubber) -> None:
    """What Lambda would cut off comes again instead."""
    assert handler(messages(event()), Context(remaining_milliseconds=1_000)) == failures(0)


def test_poison_that_cannot_be_buried_comes_again(monkeypatch: pytest.MonkeyPatch, trail: Trail) -> None:
    """Nothing is lost where the dead-letter queue is away, and the others are recorded once."""
    monkeypatch.setenv("DEAD_LETTERS_URL", "https://sqs.us-east-1.amazonaws.com/123456789012/nowhere")

    assert handler(messages("poison", event()), Context()) == failures(0)
    assert trail() == f"{event()}\n".encode()


def test_every_event_has_its_log_line(stubbed: Stubber, dead_letters: DeadLetters, log: Log) -> None:
    """By its ids an event is found in the log, with what became of it; nobody is named."""
    stubbed.add_response("put_record_batch", answer(TAKEN, BUSY), CALL)
    handler(messages(event(1), event(2), "[]"), Context())

    lines = log()
    told = ("level", "message", "function", "requestId", "queue", "messageId", "attempt", "outcome", "error")
    where = ("strata-test-function", Context.aws_request_id, "strata-test-welcome")
    assert [tuple(line.get(key) for key in told) for line in lines[:3]] == [
        ("INFO", "event", *where, "0", 2, "done", None),
        ("ERROR", "event", *where, "1", 2, "failed", "ServiceUnavailableException: slow down"),
        ("INFO", "event", *where, "2", 2, "dead-lettered", "the message is not a JSON object"),
    ]
    ids = ("correlationId", "eventId", "eventType", "source")
    assert [tuple(line[key] for key in ids) for line in lines[:3]] == [
        ("correlation-1", "user.created:1:1", "user.created", "strata.users"),
        ("correlation-2", "user.created:2:1", "user.created", "strata.users"),
        (None, None, None, None),
    ]
    assert all(line["durationMs"] >= 0 and line["waitedMs"] >= 0 for line in lines[:3])
    assert [(line["message"], line["messages"], line["failed"]) for line in lines[3:]] == [
        ("invocation", 3, 1)
    ]
    assert "Ada" not in json.dumps(lines)


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        ([], []),
        ([1] * 501, [500, 1]),
        ([1_000_000] * 5, [4, 1]),
        ([4_194_304, 1], [1, 1]),
        ([2_097_152] * 3, [2, 1]),
    ],
    ids=["none", "many", "large", "full", "exact"],
)
def test_calls_hold_what_one_takes(sizes: list[int], expected: list[int]) -> None:
    """A call carries up to 500 lines and 4 MiB, and together they carry every line in its order."""
    lines = [bytes(size) for size in sizes]

    calls = list(batches(lines))

    assert [len(call) for call in calls] == expected
    assert [line for call in calls for line in call] == lines
