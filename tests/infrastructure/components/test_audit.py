"""The audit trail."""

from __future__ import annotations

import json

from components.audit import Audit
from components.queue import Queue
from settings import Settings
from tests.infrastructure.components.build import (
    ALARM,
    ALARMS,
    QUEUE,
    ROLE,
    ROLE_POLICY,
    granted,
    runtime,
    settings,
    tags,
    wait_for,
)
from tools.graph import Graph, built, statements

DATABASE = "aws:glue/catalogDatabase:CatalogDatabase"

LIFECYCLE = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"

LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"

LOG_STREAM = "aws:cloudwatch/logStream:LogStream"

FUNCTION = "aws:lambda/function:Function"
STREAM = "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream"

TABLE = "aws:glue/catalogTable:CatalogTable"


def audit(of: Settings | None = None) -> Graph:
    """The graph of an audit trail."""
    return built(lambda: Audit("audit", runtime(of)))


def test_events_are_gathered_by_date_and_compressed() -> None:
    """The stream's inputs are whole: where to, in what form, how soon, and where its errors are said."""
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


def test_the_stream_may_write_its_objects_and_its_errors_and_nothing_else() -> None:
    """Firehose's role is its alone, and holds just the bucket, two prefixes in it, and one log stream."""
    graph = audit()
    rules = statements(graph.inputs(ROLE_POLICY, "audit")["policy"])

    assert statements(graph.inputs(ROLE, "audit")["assumeRolePolicy"]) == [
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
    assert f"{ROLE_POLICY}::audit" in wait_for(graph, STREAM, "audit")


def test_the_stream_s_role_stays_within_the_account_s_boundary() -> None:
    """Where the account demands a boundary, Firehose's role has it."""
    boundary = "arn:aws:iam::123456789012:policy/strata-dev-boundary"
    bounded = settings().model_copy(update={"permissions_boundary": boundary})

    assert audit(bounded).inputs(ROLE, "audit")["permissionsBoundary"] == boundary


def test_the_stream_s_errors_have_a_place_that_forgets() -> None:
    """The log stream stands before Firehose writes to it, in a group that keeps lines as all others do."""
    graph = audit()

    assert graph.inputs(LOG_GROUP, "audit") == {"retentionInDays": 14, "tags": tags("audit")}
    assert graph.inputs(LOG_STREAM, "audit") == {"logGroupName": "audit", "name": "delivery"}


def test_an_alarm_rings_long_before_firehose_gives_up() -> None:
    """What has waited for an hour is told of; Firehose drops what has waited for a day."""
    assert audit().inputs(ALARM, "audit") == {
        "alarmDescription": "Events wait for the audit bucket; Firehose drops what waits for a day",
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


def test_the_trail_is_kept_as_the_settings_say() -> None:
    """Events, and what Firehose could not make events of, grow cold and go after the same times."""
    kept = settings(audit={"coldAfterDays": 7, "expireAfterDays": 400})
    graph = audit(kept)
    rules = graph.inputs(LIFECYCLE, "audit")["rules"]

    assert [(rule["filter"], rule["transitions"][0]["days"], rule["expiration"]) for rule in rules] == [
        ({"prefix": "events/"}, 7, {"days": 400}),
        ({"prefix": "errors/"}, 7, {"days": 400}),
    ]
    assert graph.inputs(TABLE, "audit")["parameters"]["projection.date.range"] == "NOW-400DAYS,NOW"


def test_the_table_needs_nobody_to_find_its_partitions() -> None:
    """The days are computed, from the oldest that is kept until today, where the stream puts them."""
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


def test_the_table_reads_events_as_they_came() -> None:
    """Every key of EventBridge's document is a column; an event's data stays JSON, its keys as they are."""
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


def test_the_consumer_may_put_events_and_nothing_else() -> None:
    """The function that records holds the stream, its queue, and its dead letters."""

    def declare() -> None:
        shared = runtime()
        trail = Audit("audit", shared)
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
