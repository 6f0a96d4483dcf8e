"""Dead letters: counted, looked at, and sent where they were meant to go."""

from __future__ import annotations

import json
from typing import Any

import pytest

from operate import redrive
from tests.local.operate.conftest import Stack, until

EVENT = {
    "detail-type": "user.created",
    "source": "strata.users",
    "detail": {"metadata": {"id": "e-1", "correlationId": "c-1"}, "data": {}},
}
LOUD = "import json\n\ndef handler(event, context):\n    print('GOT ' + json.dumps(event))\n"
RECORD = {"eventID": "1", "dynamodb": {"SequenceNumber": "1", "NewImage": {"id": {"S": "bad"}}}}


def got(stack: Stack, function: str) -> list[Any]:
    """What a function that prints its events was asked."""
    logs, group = stack.cloud.client("logs"), f"/aws/lambda/{function}"
    if not logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"]:
        return []
    events = logs.filter_log_events(logGroupName=group, filterPattern="GOT")["events"]
    return [json.loads(event["message"].partition("GOT ")[2]) for event in events]


def table(stack: Stack) -> tuple[str, str]:
    """A table with a stream: its name, and the stream's ARN."""
    made = stack.cloud.client("dynamodb").create_table(
        TableName=stack.name,
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
    )
    return stack.name, made["TableDescription"]["LatestStreamArn"]


def failed_batch(stack: Stack, stream: str, first: int, last: int) -> dict[str, Any]:
    """Lambda's record of a batch of a stream that failed: from one record of the stream to another."""
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
    """The exit status of a redrive, and what it says it did."""
    capsys.readouterr()
    code = stack.operate("dlq", "redrive", *arguments, "--json")
    return code, json.loads(capsys.readouterr().out)


def test_list_tells_every_queue_with_its_depth(stack: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    """Full or empty, each queue is there; the age is its oldest message's, of those that are looked at."""
    full, many = (stack.dead_letters(name, "queue", "https://queue") for name in ("full", "many"))
    stack.dead_letters("empty", "stream", "fn")
    stack.send(full, EVENT)
    for _ in range(12):
        stack.send(many, EVENT)
    code = stack.operate("dlq", "list", "--json")
    listed = json.loads(capsys.readouterr().out)

    assert code == 0
    assert [
        (each["name"], each["kind"], each["messages"], each["oldestAt"] is not None, each["exact"])
        for each in listed
    ] == [
        ("full", "queue", 1, True, True),
        ("many", "queue", 12, True, False),
        ("empty", "stream", 0, False, True),
    ]
    assert (stack.visible(full), stack.visible(many)) == (1, 12)


def test_list_for_people_puts_full_queues_first(stack: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    """What wants attention stands on top."""
    stack.dead_letters("empty", "stream", "fn")
    stack.send(stack.dead_letters("full", "queue", "https://queue"), EVENT)
    code = stack.operate("dlq", "list")
    rows = [line.split()[:3] for line in capsys.readouterr().out.splitlines()]

    assert (code, rows) == (
        0,
        [["queue", "kind", "messages"], ["full", "queue", "1"], ["empty", "stream", "0"]],
    )


def test_show_tells_all_of_a_message_and_takes_nothing(
    stack: Stack, capsys: pytest.CaptureFixture[str]
) -> None:
    """Reason, ids and body are printed, as many as asked for, and anybody can take them afterwards."""
    url = stack.dead_letters("welcome", "queue", "https://queue")
    stack.send(url, EVENT, reason="no such field")
    stack.send(url, "no JSON at all")
    code = stack.operate("dlq", "show", "welcome", "--limit", "1", "--json")
    (first,) = json.loads(capsys.readouterr().out)
    stack.operate("dlq", "show", "welcome")
    printed = capsys.readouterr().out

    assert {name: first[name] for name in first if name not in ("messageId", "sentAt")} == {
        "reason": "no such field",
        "eventType": "user.created",
        "eventId": "e-1",
        "correlationIds": ["c-1"],
        "attributes": {"reason": "no such field"},
        "body": EVENT,
    }
    assert (code, stack.visible(url)) == (0, 2)
    assert "no JSON at all" in printed.splitlines()


def test_redrive_sends_back_to_the_queue_what_it_was(
    stack: Stack, capsys: pytest.CaptureFixture[str]
) -> None:
    """The body and the message's own attributes arrive; what told of the failure, and the dead letter, go."""
    source = stack.queue("source")
    url = stack.dead_letters("welcome", "queue", source)
    stack.send(url, EVENT, reason="no such field", colour="blue")
    stack.send(url, "two", RULE_ARN="arn", ERROR_CODE="NO_PERMISSIONS")
    done = outcome(stack, capsys, "welcome")
    messages = stack.take(source, 2)

    assert done == (0, [{"name": "welcome", "redriven": 2, "left": {}}])
    assert sorted((message["Body"], list(message.get("MessageAttributes", {}))) for message in messages) == [
        ("two", []),
        (json.dumps(EVENT), ["colour"]),
    ]
    assert stack.visible(url) == 0


def test_redrive_takes_no_more_than_asked_for(stack: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    """The rest stays and is visible at once."""
    source = stack.queue("source")
    url = stack.dead_letters("welcome", "queue", source)
    for number in range(13):
        stack.send(url, str(number))
    done = outcome(stack, capsys, "welcome", "--limit", "11")

    assert done == (0, [{"name": "welcome", "redriven": 11, "left": {}}])
    assert (stack.visible(source), stack.visible(url)) == (11, 2)


def test_message_that_comes_back_is_not_sent_again(stack: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    """A dead-letter queue that feeds itself is gone through once."""
    url = stack.dead_letters("loop", "queue", "")
    stack.outputs["deadLetters"]["loop"]["to"] = url
    for number in range(25):
        stack.send(url, str(number))
    done = outcome(stack, capsys, "loop")

    assert done == (0, [{"name": "loop", "redriven": 25, "left": {}}])
    assert stack.visible(url) == 25


def test_message_that_could_not_be_sent_stays(stack: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is deleted before it arrived: a target that is gone leaves all, and says why."""
    url = stack.dead_letters("lost", "queue", stack.cloud.endpoint + "/000000000000/gone")
    stack.send(url, EVENT)
    code, (done,) = outcome(stack, capsys, "lost")
    (reason,) = done["left"]

    assert (code, done["redriven"], done["left"][reason]) == (1, 0, 1)
    assert reason.startswith("SendMessage: AWS.SimpleQueueService.NonExistentQueue: ")
    assert stack.visible(url) == 1


def test_redrive_asks_a_function_once_more(stack: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    """What it was asked stands in Lambda's record; anything else stays where it is."""
    function = stack.function("digest", LOUD)
    url = stack.dead_letters("digest", "function", function)
    stack.send(url, {"requestPayload": {"day": "monday"}, "responsePayload": {"errorMessage": "x"}})
    stack.send(url, {"other": 1})
    done = outcome(stack, capsys, "digest")

    assert until(lambda: got(stack, function)) == [{"day": "monday"}]
    assert done == (
        1,
        [
            {
                "name": "digest",
                "redriven": 1,
                "left": {"it is no record of a failed invocation: requestPayload is missing": 1},
            }
        ],
    )
    assert stack.visible(url) == 1


@pytest.mark.parametrize("kind", ["schedule", "rule"])
def test_redrive_gives_a_function_what_it_should_have_got(
    stack: Stack, capsys: pytest.CaptureFixture[str], kind: str
) -> None:
    """A schedule's or a rule's dead letter is the payload itself."""
    function = stack.function("digest", LOUD)
    stack.send(stack.dead_letters("digest", kind, function), EVENT)
    done = outcome(stack, capsys, "digest")

    assert done == (0, [{"name": "digest", "redriven": 1, "left": {}}])
    assert until(lambda: got(stack, function)) == [EVENT]


def test_redrive_has_a_function_read_the_stream_again(
    stack: Stack, capsys: pytest.CaptureFixture[str]
) -> None:
    """A record of ours comes as it was; of Lambda's own record, the batch is read from the stream."""
    function = stack.function("changes", LOUD)
    url = stack.dead_letters("changes", "stream", function)
    name, stream = table(stack)
    for key in "abcd":
        stack.cloud.client("dynamodb").put_item(
            TableName=name, Item={"id": {"S": key}, "raw": {"B": b"\x00"}}
        )
    stack.send(url, {"reason": "no user", "record": RECORD})
    stack.send(url, failed_batch(stack, stream, 1, 2))
    done = outcome(stack, capsys, "changes")
    ours, batch = until(lambda: (asked := got(stack, function))[1:] and asked)

    assert done == (0, [{"name": "changes", "redriven": 2, "left": {}}])
    assert ours == {"Records": [RECORD]}
    assert [record["dynamodb"]["NewImage"] for record in batch["Records"]] == [
        {"id": {"S": key}, "raw": {"B": "AA=="}} for key in "bc"
    ]
    assert {record["eventSourceARN"] for record in batch["Records"]} == {stream}
    assert {type(record["dynamodb"]["ApproximateCreationDateTime"]) for record in batch["Records"]} <= {
        int,
        float,
    }


def test_stream_records_that_are_gone_are_told(stack: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    """What the stream no longer keeps cannot be sent again: the message stays and the reason is printed."""
    function = stack.function("changes", LOUD)
    url = stack.dead_letters("changes", "stream", function)
    name, stream = table(stack)
    stack.cloud.client("dynamodb").put_item(TableName=name, Item={"id": {"S": "a"}})
    batch = failed_batch(stack, stream, 0, 0)
    batch["DDBStreamBatchInfo"] |= {"startSequenceNumber": "1".zfill(21), "endSequenceNumber": "2".zfill(21)}
    stack.send(url, batch)
    done = outcome(stack, capsys, "changes")

    reason = "expired: the stream keeps its records for 24 hours"
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
            "{name} did not handle it",
        ),
    ],
    ids=["fails", "answers for nothing"],
)
def test_stream_record_that_fails_again_stays(
    stack: Stack, capsys: pytest.CaptureFixture[str], code: str, reason: str
) -> None:
    """Only what the function has handled is removed."""
    function = stack.function("changes", code)
    url = stack.dead_letters("changes", "stream", function)
    stack.send(url, {"reason": "no user", "record": RECORD})
    done = outcome(stack, capsys, "changes")

    assert done == (1, [{"name": "changes", "redriven": 0, "left": {reason.format(name=function): 1}}])
    assert stack.visible(url) == 1


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("no JSON", "it tells of no stream's records: record and DDBStreamBatchInfo are missing"),
        ({"DDBStreamBatchInfo": {}}, "its DDBStreamBatchInfo cannot be read: KeyError: 'endSequenceNumber'"),
    ],
    ids=["no JSON", "incomplete"],
)
def test_stream_letter_that_makes_no_sense_stays(
    stack: Stack, capsys: pytest.CaptureFixture[str], body: Any, reason: str
) -> None:
    """What nobody understands is left with the reason, and is no error of the command."""
    url = stack.dead_letters("changes", "stream", "never-asked")
    stack.send(url, body)

    assert outcome(stack, capsys, "changes") == (1, [{"name": "changes", "redriven": 0, "left": {reason: 1}}])
    assert stack.visible(url) == 1


def test_redrive_of_all_goes_through_every_queue(stack: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    """One queue that cannot be redriven keeps its messages and holds up no other."""
    source = stack.queue("source")
    outside = stack.dead_letters(
        "outside", "rule", "arn:aws:events:us-east-1:000000000000:api-destination/x/y"
    )
    stack.send(outside, EVENT)
    stack.send(stack.dead_letters("welcome", "topic", source), EVENT)
    done = outcome(stack, capsys, "--all")

    reason = "an outside address is told by the bus alone: events replay --subscription NAME"
    assert done == (
        1,
        [
            {"name": "outside", "redriven": 0, "left": {reason: 1}},
            {"name": "welcome", "redriven": 1, "left": {}},
        ],
    )
    assert (stack.visible(source), stack.visible(outside)) == (1, 1)


def test_queue_that_is_not_there_is_told_which_there_are(
    stack: Stack, capsys: pytest.CaptureFixture[str]
) -> None:
    """A misspelt name is a mistake of the command line: status 2, and the known names."""
    stack.dead_letters("welcome", "queue", "https://queue")
    codes = [stack.operate("dlq", command, "welcom") for command in ("show", "redrive")]

    told = "error: there is no dead-letter queue 'welcom'; there are: welcome\n"
    assert (codes, capsys.readouterr().err) == ([2, 2], told * 2)


def test_most_that_is_taken_is_what_sqs_lets_out() -> None:
    """SQS hides at most 120,000 messages of a queue at a time."""
    assert redrive.MOST < 120_000
