"""The audit trail.

These tests cannot show that Athena reads what Firehose writes: that needs AWS.
"""

from __future__ import annotations

import json

import pytest

from components.audit import Audit
from components.bucket import Bucket
from components.queue import Queue
from settings import Settings
from tests.infrastructure.components.build import (
    ALARM,
    ALARMS,
    FUNCTION,
    LIFECYCLE,
    LOG_GROUP,
    QUEUE,
    ROLE,
    ROLE_POLICY,
    dependencies,
    granted,
    runtime,
    settings,
    tags,
    trust_policy,
)
from tools.graph import Graph, built, statements

DATABASE = "aws:glue/catalogDatabase:CatalogDatabase"
LOCK = "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration"
LOG_STREAM = "aws:cloudwatch/logStream:LogStream"
STREAM = "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream"
TABLE = "aws:glue/catalogTable:CatalogTable"


def audit(of: Settings | None = None) -> Graph:
    """Return the graph of an audit trail."""
    return built(lambda: declare(of))


def declare(of: Settings | None = None) -> Audit:
    """Declare an audit trail, and the bucket of its access log."""
    shared = runtime(of)
    return Audit("audit", Bucket("access-logs", shared.settings), shared)


def test_delivery_stream_writes_compressed_events_by_date() -> None:
    """All inputs of the stream: destination, format, buffering and error log."""
    inputs = audit().inputs(STREAM, "audit")

    assert inputs == {
        "destination": "extended_s3",
        "extendedS3Configuration": {
            "bucketArn": "arn:aws:s3:::audit",
            "roleArn": "arn:aws:iam::123456789012:role/audit",
            "prefix": "events/date=!{timestamp:yyyy-MM-dd}/",
            "errorOutputPrefix": "errors/!{firehose:error-output-type}/date=!{timestamp:yyyy-MM-dd}/",
            "bufferingInterval": 300,
            "bufferingSize": 64,
            "compressionFormat": "GZIP",
            "cloudwatchLoggingOptions": {
                "enabled": True,
                "logGroupName": "audit",
                "logStreamName": "delivery",
            },
        },
        "serverSideEncryption": {"enabled": True, "keyType": "AWS_OWNED_CMK"},
        "tags": tags("audit"),
    }


def test_role_of_the_stream_allows_only_its_prefixes_and_log_stream() -> None:
    """Only Firehose assumes the role, which allows the bucket, two prefixes in it and one log stream."""
    graph = audit()
    rules = statements(graph.inputs(ROLE_POLICY, "audit")["policy"])

    assert trust_policy(graph, "audit") == [
        {
            "Effect": "Allow",
            "Action": "sts:AssumeRole",
            "Principal": {"Service": "firehose.amazonaws.com"},
            "Condition": {"StringEquals": {"sts:ExternalId": "123456789012"}},
        }
    ]
    assert [(rule["Action"], rule["Resource"]) for rule in rules] == [
        (["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"], ["arn:aws:s3:::audit"]),
        (
            ["s3:AbortMultipartUpload", "s3:GetObject", "s3:PutObject"],
            ["arn:aws:s3:::audit/errors/*", "arn:aws:s3:::audit/events/*"],
        ),
        (
            ["logs:PutLogEvents"],
            ["arn:aws:logs:us-east-1:123456789012:log-group:audit:log-stream:delivery"],
        ),
    ]
    assert f"{ROLE_POLICY}::audit" in dependencies(graph, STREAM, "audit")


def test_role_of_the_stream_has_the_permissions_boundary() -> None:
    """If the settings require a permissions boundary, Firehose's role has it."""
    boundary = "arn:aws:iam::123456789012:policy/strata-dev-boundary"
    bounded = settings().model_copy(update={"permissions_boundary": boundary})

    assert audit(bounded).inputs(ROLE, "audit")["permissionsBoundary"] == boundary


def test_errors_are_logged_with_the_usual_retention() -> None:
    """Firehose does not create its log stream, so the component does."""
    graph = audit()

    assert graph.inputs(LOG_GROUP, "audit") == {"retentionInDays": 14, "tags": tags("audit")}
    assert graph.inputs(LOG_STREAM, "audit") == {"logGroupName": "audit", "name": "delivery"}


def test_alarm_is_raised_before_firehose_drops_events() -> None:
    """The alarm is raised for events that wait for an hour; Firehose drops them after a day."""
    assert audit().inputs(ALARM, "audit") == {
        "alarmDescription": "Events wait for the audit bucket, and Firehose drops what waits for a day: "
        "see docs/incidents.md#late-audit-trail",
        "namespace": "AWS/Firehose",
        "metricName": "DeliveryToS3.DataFreshness",
        "dimensions": {"DeliveryStreamName": "audit"},
        "statistic": "Maximum",
        "period": 300,
        "evaluationPeriods": 1,
        "threshold": 3_600,
        "comparisonOperator": "GreaterThanThreshold",
        "treatMissingData": "notBreaching",
        "alarmActions": [ALARMS],
        "tags": tags("audit"),
    }


def test_lifecycle_follows_the_settings() -> None:
    """Events and Firehose's error records move to cold storage and expire after the same times."""
    own = settings(audit={"coldAfterDays": 7, "expireAfterDays": 400})
    graph = audit(own)
    _, *rules = graph.inputs(LIFECYCLE, "audit")["rules"]

    assert [(rule["filter"], rule["transitions"][0]["days"], rule["expiration"]) for rule in rules] == [
        ({"prefix": "events/"}, 7, {"days": 400}),
        ({"prefix": "errors/"}, 7, {"days": 400}),
    ]
    assert graph.inputs(TABLE, "audit")["parameters"]["projection.date.range"] == "NOW-400DAYS,NOW"


@pytest.mark.parametrize(("days", "locks"), [(None, []), (30, ["audit"])])
def test_objects_are_locked_only_if_the_settings_ask_for_it(days: int | None, locks: list[str]) -> None:
    """AWS does not document that Firehose can write to a bucket with a default retention."""
    own = settings(audit={"lockDays": days} if days else {})

    assert list(audit(own).of(LOCK)) == locks


def test_access_log_of_the_trail_is_in_another_bucket() -> None:
    """The log shows who reads or deletes an object of the trail."""
    logging = audit().inputs("aws:s3/bucketLogging:BucketLogging", "audit")

    assert (logging["bucket"], logging["targetBucket"]) == ("audit-id", "access-logs-id")


def test_table_projects_its_partitions() -> None:
    """Athena computes the days, from the oldest that is kept until today, so no crawler is needed."""
    graph = audit()

    assert graph.inputs(DATABASE, "audit") == {"name": "strata_test_audit", "tags": tags("audit")}
    table = graph.inputs(TABLE, "audit")
    assert {key: table[key] for key in table if key != "storageDescriptor"} == {
        "name": "events",
        "databaseName": "strata_test_audit",
        "tableType": "EXTERNAL_TABLE",
        "partitionKeys": [{"name": "date", "type": "string"}],
        "parameters": {
            "classification": "json",
            "EXTERNAL": "TRUE",
            "projection.enabled": "true",
            "projection.date.type": "date",
            "projection.date.format": "yyyy-MM-dd",
            "projection.date.range": "NOW-120DAYS,NOW",
            "projection.date.interval": "1",
            "projection.date.interval.unit": "DAYS",
            "storage.location.template": "s3://audit-id/events/date=${date}/",
        },
    }


def test_table_reads_events_as_eventbridge_delivered_them() -> None:
    """Every key of EventBridge's document is a column; an event's data stays JSON with its own keys."""
    storage = audit().inputs(TABLE, "audit")["storageDescriptor"]
    columns = {column["name"]: column["type"] for column in storage.pop("columns")}

    assert storage == {
        "location": "s3://audit-id/events/",
        "inputFormat": "org.apache.hadoop.mapred.TextInputFormat",
        "outputFormat": "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
        "compressed": True,
        "serDeInfo": {
            "serializationLibrary": "org.openx.data.jsonserde.JsonSerDe",
            "parameters": {
                "case.insensitive": "false",
                "mapping.detail_type": "detail-type",
                "mapping.replay_name": "replay-name",
                "mapping.correlation_id": "correlationId",
                "mapping.occurred_at": "occurredAt",
            },
        },
    }
    assert columns.pop("detail") == (
        "struct<metadata:struct<id:string,correlation_id:string,occurred_at:string,actor:string>,data:string>"
    )
    assert columns.pop("resources") == "array<string>"
    texts = ["version", "id", "detail_type", "source", "account", "time", "region", "replay_name"]
    assert columns == dict.fromkeys(texts, "string")


def test_consumer_may_only_put_records() -> None:
    """The function has permissions on the stream, its queue and its dead-letter queue only."""

    def declare() -> None:
        shared = runtime()
        trail = Audit("audit", Bucket("access-logs", shared.settings), shared)
        Queue("audit-events", shared).consumer("handlers.audit.record:handler", uses=[trail.use()])

    graph = built(declare)
    (name,) = graph.of(FUNCTION)

    variables = graph.inputs(FUNCTION, name)["environment"]["variables"]
    assert (variables["AUDIT_STREAM"], set(graph.of(QUEUE))) == (
        "audit",
        {"audit-events", "audit-events-dead-letters"},
    )
    stream = "arn:aws:firehose:us-east-1:123456789012:deliverystream/audit"
    assert [grant for grant in granted(graph, name) if not grant[0][0].startswith("sqs:")] == [
        (["firehose:PutRecordBatch"], [stream])
    ]
    assert json.loads(graph.inputs(QUEUE, "audit-events")["redrivePolicy"])["maxReceiveCount"] == 5
