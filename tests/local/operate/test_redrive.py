"""The redrive command, for every kind of dead-letter queue."""

from __future__ import annotations

import json
from typing import Any

import pytest

from operate import redrive
from tests.local.operate.conftest import EVENT, Stack, until

PRINT_EVENT = "import json\n\ndef handler(event, context):\n    print('EVENT ' + json.dumps(event))\n"
RECORD = {"eventID": "1", "dynamodb": {"SequenceNumber": "1", "NewImage": {"id": {"S": "bad"}}}}


def invocations(stack: Stack, function: str) -> list[Any]:
    """Return the events of a function that prints them."""
    logs, group = stack.cloud.client("logs"), f"/aws/lambda/{function}"
    if not logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"]:
        return []
    events = logs.filter_log_events(logGroupName=group, filterPattern="EVENT")["events"]
    return [json.loads(event["message"].partition("EVENT ")[2]) for event in events]


def table(stack: Stack) -> tuple[str, str]:
    """Create a table with a stream; return the table's name and the stream's ARN."""
    created = stack.cloud.client("dynamodb").create_table(
        TableName=stack.name,
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
    )
    return stack.name, created["TableDescription"]["LatestStreamArn"]


def failed_batch(stack: Stack, stream: str, first: int, last: int) -> dict[str, Any]:
    """Return Lambda's record of a failed batch, from the first to the last index in the stream."""
    streams = stack.cloud.client("dynamodbstreams")
    shard = streams.describe_stream(StreamArn=stream)["StreamDescription"]["Shards"][0]["ShardId"]
    iterator = streams.get_shard_iterator(StreamArn=stream, ShardId=shard, ShardIteratorType="TRIM_HORIZON")
    records = streams.get_records(ShardIterator=iterator["ShardIterator"])["Records"]
    numbers = [record["dynamodb"]["SequenceNumber"] for record in records]
    return {
        "requestContext": {"condition": "RetryAttemptsExhausted"},
        "DDBStreamBatchInfo": {
            "shardId": shard,
            "startSequenceNumber": numbers[first],
            "endSequenceNumber": numbers[last],
            "batchSize": last - first + 1,
            "streamArn": stream,
        },
    }


def outcome(stack: Stack, capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, Any]:
    """Run a redrive; return its exit status and its JSON output."""
    capsys.readouterr()
    code = stack.operate("dlq", "redrive", *arguments, "--json")
    return code, json.loads(capsys.readouterr().out)


def test_redrive_restores_the_original_message(stack: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    """The queue receives the body and the original attributes, without those that describe the failure."""
    source = stack.queue("source")
    url = stack.dead_letters("welcome", "queue", source)
    stack.send(url, EVENT, reason="no such field", color="blue")
    stack.send(url, "two", RULE_ARN="arn", ERROR_CODE="NO_PERMISSIONS")
    done = outcome(stack, capsys, "welcome")
    messages = stack.take(source, 2)

    assert done == (0, [{"name": "welcome", "redriven": 2, "left": {}}])
    assert sorted((message["Body"], list(message.get("MessageAttributes", {}))) for message in messages) == [
        ("two", []),
        (json.dumps(EVENT), ["color"]),
    ]
    assert stack.visible(url) == 0


def test_redrive_respects_the_limit(stack: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    """The other messages stay in the queue and are visible at once."""
    source = stack.queue("source")
    url = stack.dead_letters("welcome", "queue", source)
    for number in range(13):
        stack.send(url, str(number))
    done = outcome(stack, capsys, "welcome", "--limit", "11")

    assert done == (0, [{"name": "welcome", "redriven": 11, "left": {}}])
    assert (stack.visible(source), stack.visible(url)) == (11, 2)


def test_message_that_returns_is_not_redriven_again(stack: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    """A dead-letter queue that is its own destination is processed once."""
    url = stack.dead_letters("loop", "queue", "")
    stack.outputs["deadLetters"]["loop"]["to"] = url
    for number in range(25):
        stack.send(url, str(number))
    done = outcome(stack, capsys, "loop")

    assert done == (0, [{"name": "loop", "redriven": 25, "left": {}}])
    assert stack.visible(url) == 25


def test_message_that_cannot_be_sent_stays(stack: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    """With a missing destination no message is deleted, and the reason is reported."""
    url = stack.dead_letters("lost", "queue", stack.cloud.endpoint + "/000000000000/gone")
    stack.send(url, EVENT)
    code, (done,) = outcome(stack, capsys, "lost")
    (reason,) = done["left"]

    assert (code, done["redriven"], done["left"][reason]) == (1, 0, 1)
    assert reason.startswith("SendMessage: AWS.SimpleQueueService.NonExistentQueue: ")
    assert stack.visible(url) == 1


def test_redrive_invokes_a_function_again(stack: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    """The request is read from Lambda's record; a message without a request stays in the queue."""
    function = stack.function("digest", PRINT_EVENT)
    url = stack.dead_letters("digest", "function", function)
    stack.send(url, {"requestPayload": {"day": "monday"}, "responsePayload": {"errorMessage": "x"}})
    stack.send(url, {"other": 1})
    done = outcome(stack, capsys, "digest")

    assert until(lambda: invocations(stack, function)) == [{"day": "monday"}]
    assert done == (
        1,
        [
            {
                "name": "digest",
                "redriven": 1,
                "left": {"not a record of a failed invocation: requestPayload is missing": 1},
            }
        ],
    )
    assert stack.visible(url) == 1


@pytest.mark.parametrize("kind", ["schedule", "rule"])
def test_redrive_sends_a_payload_to_its_function(
    stack: Stack, capsys: pytest.CaptureFixture[str], kind: str
) -> None:
    """The message body of a schedule or a rule is the payload."""
    function = stack.function("digest", PRINT_EVENT)
    stack.send(stack.dead_letters("digest", kind, function), EVENT)
    done = outcome(stack, capsys, "digest")

    assert done == (0, [{"name": "digest", "redriven": 1, "left": {}}])
    assert until(lambda: invocations(stack, function)) == [EVENT]


def test_redrive_sends_stream_records_to_their_function(
    stack: Stack, capsys: pytest.CaptureFixture[str]
) -> None:
    """A consumer's message has the record; for Lambda's message the batch is read from the stream."""
    function = stack.function("changes", PRINT_EVENT)
    url = stack.dead_letters("changes", "stream", function)
    name, stream = table(stack)
    for key in "abcd":
        stack.cloud.client("dynamodb").put_item(
            TableName=name, Item={"id": {"S": key}, "raw": {"B": b"\x00"}}
        )
    stack.send(url, {"reason": "no user", "record": RECORD})
    stack.send(url, failed_batch(stack, stream, 1, 2))
    done = outcome(stack, capsys, "changes")
    single, batch = until(lambda: (events := invocations(stack, function))[1:] and events)

    assert done == (0, [{"name": "changes", "redriven": 2, "left": {}}])
    assert single == {"Records": [RECORD]}
    assert [record["dynamodb"]["NewImage"] for record in batch["Records"]] == [
        {"id": {"S": key}, "raw": {"B": "AA=="}} for key in "bc"
    ]
    assert {record["eventSourceARN"] for record in batch["Records"]} == {stream}
    assert {type(record["dynamodb"]["ApproximateCreationDateTime"]) for record in batch["Records"]} <= {
        int,
        float,
    }


def test_expired_stream_records_stay(stack: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    """The message stays in the queue, and the reason is reported."""
    function = stack.function("changes", PRINT_EVENT)
    url = stack.dead_letters("changes", "stream", function)
    name, stream = table(stack)
    stack.cloud.client("dynamodb").put_item(TableName=name, Item={"id": {"S": "a"}})
    batch = failed_batch(stack, stream, 0, 0)
    batch["DDBStreamBatchInfo"] |= {"startSequenceNumber": "1".zfill(21), "endSequenceNumber": "2".zfill(21)}
    stack.send(url, batch)
    done = outcome(stack, capsys, "changes")

    reason = "expired: DynamoDB Streams keeps records for 24 hours"
    assert done == (1, [{"name": "changes", "redriven": 0, "left": {reason: 1}}])
    assert stack.visible(url) == 1


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (
            "def handler(event, context):\n    raise ValueError('not today')\n",
            "{name} failed: Runtime.HandlerError: not today",
        ),
        (
            "def handler(event, context):\n    return {'batchItemFailures': [{'itemIdentifier': '1'}]}\n",
            "{name} reported batch item failures",
        ),
    ],
    ids=["exception", "batch item failures"],
)
def test_stream_record_that_fails_again_stays(
    stack: Stack, capsys: pytest.CaptureFixture[str], code: str, reason: str
) -> None:
    """A message is deleted only after the function processed its records."""
    function = stack.function("changes", code)
    url = stack.dead_letters("changes", "stream", function)
    stack.send(url, {"reason": "no user", "record": RECORD})
    done = outcome(stack, capsys, "changes")

    assert done == (1, [{"name": "changes", "redriven": 0, "left": {reason.format(name=function): 1}}])
    assert stack.visible(url) == 1


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("not JSON", "no stream records: record and DDBStreamBatchInfo are missing"),
        ({"DDBStreamBatchInfo": {}}, "invalid DDBStreamBatchInfo: KeyError: 'endSequenceNumber'"),
    ],
    ids=["not JSON", "incomplete"],
)
def test_invalid_stream_message_stays(
    stack: Stack, capsys: pytest.CaptureFixture[str], body: Any, reason: str
) -> None:
    """The message stays in the queue, and the reason is reported."""
    url = stack.dead_letters("changes", "stream", "unused")
    stack.send(url, body)

    assert outcome(stack, capsys, "changes") == (1, [{"name": "changes", "redriven": 0, "left": {reason: 1}}])
    assert stack.visible(url) == 1


def test_redrive_all_processes_every_queue(stack: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    """A queue that cannot be redriven keeps its messages, and the others are redriven."""
    source = stack.queue("source")
    outside = stack.dead_letters(
        "outside", "rule", "arn:aws:events:us-east-1:000000000000:api-destination/x/y"
    )
    stack.send(outside, EVENT)
    stack.send(stack.dead_letters("welcome", "topic", source), EVENT)
    done = outcome(stack, capsys, "--all")

    reason = "only the event bus can call an API destination: use events replay --subscription NAME"
    assert done == (
        1,
        [
            {"name": "outside", "redriven": 0, "left": {reason: 1}},
            {"name": "welcome", "redriven": 1, "left": {}},
        ],
    )
    assert (stack.visible(source), stack.visible(outside)) == (1, 1)


def test_maximum_is_within_the_limit_of_sqs() -> None:
    """SQS allows 120,000 in-flight messages per queue."""
    assert redrive.MAX_MESSAGES < 120_000
