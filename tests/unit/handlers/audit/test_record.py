"""The function that records every event in the audit trail."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.stub import ANY, Stubber

from handlers.audit.record import handler
from handlers.audit.storage import MAX_LINE_BYTES, batches
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
ACCEPTED = {"RecordId": "1"}

Log = Callable[[], list[dict[str, Any]]]
Trail = Callable[[], bytes]
DeadLetters = Callable[[], list[tuple[str, str]]]


@pytest.fixture
def stream(cloud: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The handlers' Firehose client, with the environment variable of the stream."""
    monkeypatch.setenv("AUDIT_STREAM", STREAM)
    return kit.client("firehose")


@pytest.fixture
def trail(stream: Any) -> Iterator[Trail]:
    """Return the content of the audit bucket, with the objects concatenated."""
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
    """The Firehose client with stubbed responses, all of which must be used."""
    with Stubber(stream) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


def event(number: int = 1, **also: Any) -> str:
    """Return the body of a message with an event."""
    metadata = {"id": f"user.created:{number}:1", "correlationId": f"correlation-{number}"}
    return json.dumps(document(metadata=metadata, **also))


def messages(*bodies: str) -> dict[str, Any]:
    """Return the batch that Lambda passes for bodies; the messages' ids are their positions, from 0."""
    return batch(*(message(body, str(position), attempt=2) for position, body in enumerate(bodies)))


def retries(*positions: int) -> dict[str, Any]:
    """Return the response that makes Lambda retry these messages."""
    return {"batchItemFailures": [{"itemIdentifier": str(position)} for position in positions]}


def batch_response(*responses: dict[str, str]) -> dict[str, Any]:
    """Return Firehose's response to a PutRecordBatch request."""
    failed = sum("ErrorCode" in response for response in responses)
    return {"FailedPutCount": failed, "RequestResponses": list(responses)}


def test_events_are_recorded_unchanged_one_per_line(trail: Trail) -> None:
    """Each line is the body, whatever the order of its keys and the source of the event."""
    bodies = [event(1), '{"detail": {"b":1,  "a":2.50},"source":"aws.s3"}', event(3, name="Zoë")]

    assert handler(messages(*bodies), Context()) == retries()
    assert trail() == "".join(f"{body}\n" for body in bodies).encode()


def test_multiline_event_becomes_one_line(trail: Trail) -> None:
    """Line breaks between tokens are replaced, and escaped line breaks in strings stay."""
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
            json.dumps({"a": "x" * MAX_LINE_BYTES}),
            f"the event has {MAX_LINE_BYTES + 10} bytes: expected {MAX_LINE_BYTES} at most",
        ),
    ],
    ids=["words", "cut", "two", "nan", "deep", "list", "null", "long"],
)
def test_unrecordable_message_is_dead_lettered(
    body: str, reason: str, trail: Trail, dead_letters: DeadLetters
) -> None:
    """It is dead-lettered immediately with the reason, and the rest of the batch is recorded."""
    assert handler(messages(body, event()), Context()) == retries()
    assert dead_letters() == [(body, reason)]
    assert trail() == f"{event()}\n".encode()


def test_lines_that_firehose_rejects_are_retried(stubbed: Stubber) -> None:
    """If Firehose accepts part of a batch, only the rest is retried."""
    lines = [{"Data": f"{event(number)}\n".encode()} for number in range(3)]
    stubbed.add_response(
        "put_record_batch",
        batch_response(BUSY, ACCEPTED, BUSY),
        {"DeliveryStreamName": STREAM, "Records": lines},
    )

    assert handler(messages(*map(event, range(3))), Context()) == retries(0, 2)


def test_failed_request_retries_all_its_lines(stubbed: Stubber) -> None:
    """A failed request has recorded nothing."""
    stubbed.add_client_error("put_record_batch", "ServiceUnavailableException", http_status_code=503)

    assert handler(messages(event(1), event(2)), Context()) == retries(0, 1)


def test_large_batch_is_sent_in_several_requests(stubbed: Stubber) -> None:
    """A failure of one request does not affect the others."""
    half = "x" * (MAX_LINE_BYTES - 1_000)
    stubbed.add_response("put_record_batch", batch_response(*[ACCEPTED] * 4), CALL)
    stubbed.add_response("put_record_batch", batch_response(BUSY), CALL)

    assert handler(messages(*[event(number, text=half) for number in range(5)]), Context()) == retries(4)


def test_nothing_is_recorded_without_enough_time(stubbed: Stubber) -> None:
    """Messages are retried if Lambda might stop the function before they are recorded."""
    assert handler(messages(event()), Context(remaining_milliseconds=1_000)) == retries(0)


def test_poison_is_retried_if_the_dead_letter_queue_fails(
    monkeypatch: pytest.MonkeyPatch, trail: Trail
) -> None:
    """No message is lost, and the rest of the batch is recorded once."""
    monkeypatch.setenv("DEAD_LETTERS_URL", "https://sqs.us-east-1.amazonaws.com/123456789012/nowhere")

    assert handler(messages("poison", event()), Context()) == retries(0)
    assert trail() == f"{event()}\n".encode()


def test_every_event_has_a_log_line(stubbed: Stubber, dead_letters: DeadLetters, log: Log) -> None:
    """The line contains the event's ids and its outcome, and no personal data."""
    stubbed.add_response("put_record_batch", batch_response(ACCEPTED, BUSY), CALL)
    handler(messages(event(1), event(2), "[]"), Context())

    lines = log()
    fields = (
        "level",
        "message",
        "function",
        "requestId",
        "queue",
        "messageId",
        "attempt",
        "outcome",
        "error",
    )
    where = ("strata-test-function", Context.aws_request_id, "strata-test-welcome")
    assert [tuple(line.get(key) for key in fields) for line in lines[:3]] == [
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
def test_batches_respect_the_limits_of_a_request(sizes: list[int], expected: list[int]) -> None:
    """A request contains up to 500 lines and 4 MiB, and the requests contain every line in order."""
    lines = [bytes(size) for size in sizes]

    requests = list(batches(lines))

    assert [len(request) for request in requests] == expected
    assert [line for request in requests for line in request] == lines
