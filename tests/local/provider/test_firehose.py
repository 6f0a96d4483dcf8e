"""Firehose's resource type against the embedded cloud."""

import json
import time
from datetime import UTC, datetime
from typing import Any

import pytest

from provider.base import Properties, ProviderError
from provider.cloud import Cloud
from provider.services.firehose.firehose_delivery_stream import FirehoseDeliveryStream
from provider.services.s3.bucket import Bucket
from tests.local.provider.lifecycle import exercise

KIND = FirehoseDeliveryStream()
ROLE = "arn:aws:iam::000000000000:role/delivery"
PREFIX = "events/date=!{timestamp:yyyy-MM-dd}/"
SECONDS = 10.0


def stream(name: str, bucket: str = "anything", **also: Any) -> Properties:
    """Return a stream's inputs with a minimal destination."""
    destination = {"bucketArn": f"arn:aws:s3:::{bucket}", "roleArn": ROLE, **also}
    return {"name": name, "destination": "extended_s3", "extendedS3Configuration": destination}


def test_stream_create_read_update_delete(cloud: Cloud) -> None:
    """A stream reads as it was written, before and after an update of every input that can change."""
    options = {"enabled": True, "logGroupName": "group", "logStreamName": "delivery"}
    inputs = stream(
        "stream-life",
        prefix=PREFIX,
        errorOutputPrefix="errors/!{firehose:error-output-type}/",
        bufferingInterval=60,
        bufferingSize=64,
        compressionFormat="GZIP",
        cloudwatchLoggingOptions=options,
    ) | {
        "serverSideEncryption": {"enabled": True, "keyType": "AWS_OWNED_CMK"},
        "tags": {"stack": "local", "component": "audit"},
    }
    changed = stream(
        "stream-life",
        "other",
        prefix="other/",
        errorOutputPrefix="failed/",
        bufferingInterval=900,
        bufferingSize=128,
        compressionFormat="UNCOMPRESSED",
        cloudwatchLoggingOptions={"enabled": False},
    ) | {"serverSideEncryption": {"enabled": False}, "tags": {"stack": "local", "owner": "team"}}

    read = exercise(cloud, KIND, inputs, changed)

    destination_id = read.pop("destinationId")
    arn = "arn:aws:firehose:us-east-1:000000000000:deliverystream/stream-life"
    assert read == {**inputs, "arn": arn, "versionId": "1"}
    assert destination_id.startswith("destinationId-")


def test_stream_with_inputs_removed_reads_as_new(cloud: Cloud) -> None:
    """An update without the optional inputs restores the values that AWS gives a new stream."""
    bare = stream("stream-bare")
    full = stream("stream-bare", prefix=PREFIX, bufferingSize=64, compressionFormat="GZIP") | {
        "serverSideEncryption": {"enabled": True},
        "tags": {"a": "b"},
    }
    arn = KIND.create(cloud, bare)
    before = KIND.read(cloud, arn, bare)
    assert before is not None

    KIND.update(cloud, arn, bare, full)
    KIND.update(cloud, arn, full, bare)

    assert KIND.read(cloud, arn, bare) == {**before, "versionId": "3"}


def test_destination_with_an_unknown_key_is_rejected(cloud: Cloud) -> None:
    """An input that the provider would ignore is an error that names it."""
    with pytest.raises(ProviderError, match="unknown customTimeZone"):
        KIND.create(cloud, stream("stream-unknown", customTimeZone="UTC"))


def test_missing_stream_reads_as_none_and_delete_succeeds(cloud: Cloud) -> None:
    """Reading or deleting a resource that does not exist is not an error."""
    arn = cloud.arn("firehose", "deliverystream/nowhere")
    KIND.delete(cloud, arn, {})

    assert KIND.read(cloud, arn, {}) is None


def test_records_become_objects_under_the_date(cloud: Cloud) -> None:
    """The embedded cloud writes each record as an object under the day's prefix, without buffering."""
    Bucket().create(cloud, {"bucket": "stream-data"})
    KIND.create(cloud, stream("stream-data", "stream-data", prefix=PREFIX, compressionFormat="GZIP"))
    lines = [json.dumps({"id": number}).encode() + b"\n" for number in range(3)]
    before = _today()

    response = cloud.client("firehose").put_record_batch(
        DeliveryStreamName="stream-data", Records=[{"Data": line} for line in lines]
    )
    found = _objects(cloud, "stream-data", len(lines))

    assert response["FailedPutCount"] == 0
    assert sorted(found.values()) == lines
    folders = {key.rpartition("/")[0] for key in found}
    assert folders <= {f"events/date={day}" for day in (before, _today())}


def _today() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%d")


def _objects(cloud: Cloud, bucket: str, expected: int) -> dict[str, bytes]:
    """Return a bucket's objects as soon as it has the expected number."""
    s3 = cloud.client("s3")
    deadline = time.monotonic() + SECONDS
    while True:
        keys = [each["Key"] for each in s3.list_objects_v2(Bucket=bucket).get("Contents", [])]
        if len(keys) >= expected or time.monotonic() > deadline:
            return {key: s3.get_object(Bucket=bucket, Key=key)["Body"].read() for key in keys}
        time.sleep(0.05)
