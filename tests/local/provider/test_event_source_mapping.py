"""Event source mappings against the embedded cloud."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from provider.base import Properties
from provider.cloud import Cloud
from provider.services.lambda_.alias import Alias
from provider.services.lambda_.event_source_mapping import EventSourceMapping
from tests.local.provider.functions import function, role, running
from tests.local.provider.lifecycle import exercise, expect_reads
from tests.local.provider.queues import inbox

FORWARD = """
import json
import os

import boto3


def handler(event, context):
    body = json.dumps(event["Records"])
    boto3.client("sqs").send_message(QueueUrl=os.environ["INBOX"], MessageBody=body)
"""
PATTERN = '{"eventName": ["INSERT"]}'
NOWHERE = "00000000-0000-0000-0000-000000000000"


@pytest.fixture(scope="module")
def consumer(cloud: Cloud, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Yield the name of a function with an alias `live`."""
    inputs = function(cloud, tmp_path_factory.mktemp("consumer"), "mapped", publish=True)
    with running(cloud, inputs):
        Alias().create(cloud, {"name": "live", "functionName": "mapped", "functionVersion": "1"})
        yield "mapped"


@pytest.fixture(scope="module")
def stream(cloud: Cloud) -> str:
    """Yield the ARN of the stream of a table `mapped` with the key `id`."""
    table: Any = cloud.client("dynamodb").create_table(
        TableName="mapped",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
    )
    return table["TableDescription"]["LatestStreamArn"]


def test_mapping_of_a_queue_create_read_update_delete(cloud: Cloud, consumer: str) -> None:
    """A queue's mapping reads as it was written, before and after an update of every input."""
    inputs: Properties = {
        "eventSourceArn": inbox(cloud, "mapped").arn,
        "functionName": consumer,
        "batchSize": 5,
        "maximumBatchingWindowInSeconds": 1,
        "functionResponseTypes": ["ReportBatchItemFailures"],
        "scalingConfig": {"maximumConcurrency": 2},
        "filterCriteria": {"filters": [{"pattern": '{"body": {"a": [1]}}'}]},
        "enabled": False,
        "tags": {"stack": "local", "component": "events"},
    }
    changed: Properties = {
        **inputs,
        "functionName": f"{consumer}:live",
        "batchSize": 10,
        "maximumBatchingWindowInSeconds": 0,
        "functionResponseTypes": [],
        "scalingConfig": {"maximumConcurrency": 1000},
        "filterCriteria": {"filters": [{"pattern": '{"body": {"a": [2]}}'}]},
        "enabled": True,
        "tags": {"stack": "local", "owner": "team"},
    }

    read = exercise(cloud, EventSourceMapping(), inputs, changed)

    uuid = read["uuid"]
    assert read == {
        **inputs,
        "uuid": uuid,
        "arn": cloud.arn("lambda", f"event-source-mapping:{uuid}"),
        "functionArn": cloud.arn("lambda", "function:mapped"),
    }


def test_mapping_of_a_stream_create_read_update_delete(cloud: Cloud, consumer: str, stream: str) -> None:
    """A stream's mapping reads as it was written, before and after an update of every input."""
    failures = {"destinationArn": cloud.arn("sqs", "mapped-dead")}
    inputs: Properties = {
        "eventSourceArn": stream,
        "functionName": cloud.arn("lambda", f"function:{consumer}:live"),
        "startingPosition": "TRIM_HORIZON",
        "batchSize": 50,
        "maximumBatchingWindowInSeconds": 1,
        "bisectBatchOnFunctionError": True,
        "maximumRetryAttempts": 5,
        "maximumRecordAgeInSeconds": 3600,
        "parallelizationFactor": 2,
        "functionResponseTypes": ["ReportBatchItemFailures"],
        "destinationConfig": {"onFailure": failures},
        "filterCriteria": {"filters": [{"pattern": PATTERN}]},
        "enabled": True,
        "tags": {"a": "b"},
    }
    changed: Properties = {
        **inputs,
        "functionName": cloud.arn("lambda", f"function:{consumer}"),
        "batchSize": 100,
        "bisectBatchOnFunctionError": False,
        "maximumRetryAttempts": 0,
        "maximumRecordAgeInSeconds": 60,
        "parallelizationFactor": 1,
        "enabled": False,
        "tags": {},
    }

    read = exercise(cloud, EventSourceMapping(), inputs, changed)

    assert read == {
        **inputs,
        "uuid": read["uuid"],
        "arn": cloud.arn("lambda", f"event-source-mapping:{read['uuid']}"),
        "functionArn": cloud.arn("lambda", "function:mapped:live"),
    }


def test_mapping_with_inputs_removed_reads_as_new(cloud: Cloud, consumer: str, stream: str) -> None:
    """A minimal mapping has AWS's defaults, and an update without the optional inputs restores them."""
    bare: Properties = {"eventSourceArn": stream, "functionName": consumer, "startingPosition": "LATEST"}
    full: Properties = {
        **bare,
        "batchSize": 5,
        "bisectBatchOnFunctionError": True,
        "maximumRetryAttempts": 1,
        "maximumRecordAgeInSeconds": 60,
        "parallelizationFactor": 10,
        "functionResponseTypes": ["ReportBatchItemFailures"],
        "destinationConfig": {"onFailure": {"destinationArn": cloud.arn("sqs", "mapped-dead")}},
        "filterCriteria": {"filters": [{"pattern": PATTERN}]},
        "enabled": False,
        "tags": {"a": "b"},
    }
    mapping = EventSourceMapping().create(cloud, bare)
    before = EventSourceMapping().read(cloud, mapping, bare) or {}

    EventSourceMapping().update(cloud, mapping, bare, full)
    expect_reads(cloud, EventSourceMapping(), mapping, full)
    EventSourceMapping().update(cloud, mapping, full, bare)

    assert EventSourceMapping().read(cloud, mapping, bare) == before
    assert {key: value for key, value in before.items() if key in EventSourceMapping.inputs} == {
        **bare,
        "batchSize": 100,
        "maximumBatchingWindowInSeconds": 0,
        "bisectBatchOnFunctionError": False,
        "maximumRetryAttempts": -1,
        "maximumRecordAgeInSeconds": -1,
        "parallelizationFactor": 1,
        "functionResponseTypes": [],
        "enabled": True,
        "tags": {},
    }
    EventSourceMapping().delete(cloud, mapping, {})


def test_mapping_changed_outside_pulumi_reads_as_changed(cloud: Cloud, consumer: str) -> None:
    """Drift is read: another function, another batch size, disabled."""
    inputs: Properties = {
        "eventSourceArn": inbox(cloud, "drifting").arn,
        "functionName": f"{consumer}:live",
        "batchSize": 5,
    }
    mapping = EventSourceMapping().create(cloud, inputs)
    cloud.client("lambda").update_event_source_mapping(
        UUID=mapping, FunctionName=consumer, BatchSize=7, Enabled=False
    )

    read = EventSourceMapping().read(cloud, mapping, inputs) or {}

    seen = (read["functionName"], read["batchSize"], read["enabled"])
    assert seen == (cloud.arn("lambda", f"function:{consumer}"), 7, False)
    EventSourceMapping().delete(cloud, mapping, {})


def test_mappings_of_one_queue_are_distinguished_by_function(cloud: Cloud, consumer: str) -> None:
    """A function's mapping is not confused with its alias's."""
    queue = inbox(cloud, "shared").arn
    inputs: list[Properties] = [
        {"eventSourceArn": queue, "functionName": name} for name in (consumer, f"{consumer}:live")
    ]
    made = [EventSourceMapping().create(cloud, each) for each in inputs]

    assert [EventSourceMapping().find(cloud, each) for each in inputs] == made
    for mapping in made:
        EventSourceMapping().delete(cloud, mapping, {})


def test_mapping_to_a_missing_function_is_rejected(cloud: Cloud) -> None:
    """AWS's error reports that the function must exist first."""
    inputs: Properties = {"eventSourceArn": cloud.arn("sqs", "mapped"), "functionName": "missing"}

    with pytest.raises(ClientError, match="Function not found: missing"):
        EventSourceMapping().create(cloud, inputs)


def test_missing_mapping_reads_as_none_and_delete_succeeds(cloud: Cloud) -> None:
    """Reading or deleting a resource that does not exist is not an error."""
    EventSourceMapping().delete(cloud, NOWHERE, {})

    assert EventSourceMapping().read(cloud, NOWHERE, {}) is None


@pytest.fixture
def forwarder(cloud: Cloud, tmp_path: Path) -> Iterator[Any]:
    """Yield a function `forwarder` that forwards its records, and the inbox that receives them."""
    arrivals = inbox(cloud, "forwarded")
    may_send = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": arrivals.arn}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [may_send]})
    sender = role(cloud, "forwarder")
    cloud.client("iam").put_role_policy(RoleName="forwarder", PolicyName="send", PolicyDocument=policy)
    environment = {"variables": {"INBOX": arrivals.url}}
    inputs = function(cloud, tmp_path, "forwarder", FORWARD, timeout=30, environment=environment)
    with running(cloud, {**inputs, "role": sender}):
        yield arrivals


def test_queue_mapping_invokes_the_function(cloud: Cloud, forwarder: Any) -> None:
    """A message that matches the filter invokes the function; without the mapping, none does."""
    source = inbox(cloud, "source")
    inputs: Properties = {
        "eventSourceArn": source.arn,
        "functionName": "forwarder",
        "filterCriteria": {"filters": [{"pattern": '{"body": {"wanted": [true]}}'}]},
    }
    mapping = EventSourceMapping().create(cloud, inputs)
    sqs: Any = cloud.client("sqs")

    for wanted in (False, True):
        sqs.send_message(QueueUrl=source.url, MessageBody=json.dumps({"wanted": wanted}))
    ((record,),) = forwarder.receive()
    EventSourceMapping().delete(cloud, mapping, inputs)
    sqs.send_message(QueueUrl=source.url, MessageBody=json.dumps({"wanted": "later"}))

    assert (record["eventSourceARN"], record["body"]) == (source.arn, '{"wanted": true}')
    assert source.receive() == [{"wanted": "later"}]


def test_stream_mapping_invokes_the_function(cloud: Cloud, forwarder: Any, stream: str) -> None:
    """A change made before the mapping invokes the function: it starts at the oldest record."""
    item = {"id": {"S": "u1"}, "name": {"S": "Ada"}}
    cloud.client("dynamodb").put_item(TableName="mapped", Item=item)
    inputs: Properties = {
        "eventSourceArn": stream,
        "functionName": "forwarder",
        "startingPosition": "TRIM_HORIZON",
        "filterCriteria": {"filters": [{"pattern": PATTERN}]},
    }
    mapping = EventSourceMapping().create(cloud, inputs)

    ((record,),) = forwarder.receive()

    assert (record["eventName"], record["dynamodb"]["NewImage"]) == ("INSERT", item)
    EventSourceMapping().delete(cloud, mapping, inputs)
