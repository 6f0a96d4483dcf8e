"""The audit trail's components, each resource whole.

What this cannot show: whether Athena reads what Firehose writes. That needs AWS.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from components.audit import Audit
from components.bucket import Bucket, Lifecycle
from components.queue import Queue
from settings import Settings
from tests.infrastructure.spine import (
    ALARM,
    QUEUE,
    ROLE,
    ROLE_POLICY,
    granted,
    only_tls,
    refused,
    runtime,
    tags,
    wait_for,
)
from tests.infrastructure.test_components import ALARMS, FUNCTION, settings
from tools.graph import Graph, built, statements

BUCKET = "aws:s3/bucket:Bucket"
DATABASE = "aws:glue/catalogDatabase:CatalogDatabase"
LIFECYCLE = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"
LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"
LOG_STREAM = "aws:cloudwatch/logStream:LogStream"
STREAM = "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream"
TABLE = "aws:glue/catalogTable:CatalogTable"
COMPANIONS = {
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls": {
        "bucket": "files-id",
        "rule": {"objectOwnership": "BucketOwnerEnforced"},
    },
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": {
        "bucket": "files-id",
        "blockPublicAcls": True,
        "blockPublicPolicy": True,
        "ignorePublicAcls": True,
        "restrictPublicBuckets": True,
    },
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": {
        "bucket": "files-id",
        "rules": [{"applyServerSideEncryptionByDefault": {"sseAlgorithm": "AES256"}}],
    },
}


def bucket(of: Settings | None = None, **arguments: Any) -> Graph:
    """The graph of one bucket."""
    return built(lambda: Bucket("files", of or settings(), **arguments))


def audit(of: Settings | None = None) -> Graph:
    """The graph of an audit trail."""
    return built(lambda: Audit("audit", runtime(of)))


@pytest.mark.parametrize(
    ("environment", "force", "protect"),
    [("ephemeral", True, False), ("development", False, False), ("production", False, True)],
)
def test_a_bucket_is_kept_as_its_environment_class_demands(
    environment: str, force: bool, protect: bool
) -> None:
    """What comes and goes takes its content along; production's is protected; elsewhere content is kept."""
    graph = bucket(settings(environment))

    assert graph.inputs(BUCKET, "files") == {"forceDestroy": force, "tags": tags("files")}
    assert graph.of(BUCKET)["files"].protect is protect


@pytest.mark.parametrize("kind", COMPANIONS)
def test_a_bucket_is_closed_and_encrypted(kind: str) -> None:
    """Nothing of it is public, all in it is its owner's, and all is encrypted."""
    assert bucket().inputs(kind, "files") == COMPANIONS[kind]


def test_a_bucket_refuses_plain_http() -> None:
    """Neither the bucket nor an object is reached but over TLS, which is said once the public is kept out."""
    graph = bucket()
    kind = "aws:s3/bucketPolicy:BucketPolicy"
    inputs = graph.inputs(kind, "files")

    assert inputs["bucket"] == "files-id"
    assert statements(inputs["policy"]) == [
        {**only_tls("s3:*", ""), "Resource": ["arn:aws:s3:::files", "arn:aws:s3:::files/*"]}
    ]
    assert wait_for(graph, kind, "files") == {
        f"{BUCKET}::files",
        "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock::files",
    }


def test_a_bucket_without_rules_keeps_what_it_has() -> None:
    """Objects go only where the owner says when."""
    assert bucket().of(LIFECYCLE) == {}


def test_a_bucket_is_cleared_by_its_rules() -> None:
    """Each rule says when objects grow cold and when they go, and what was never finished goes at once."""
    graph = bucket(lifecycle={"old": Lifecycle("old/", cold_after=30, expire_after=90)})

    assert graph.inputs(LIFECYCLE, "files") == {
        "bucket": "files-id",
        "rules": [
            {
                "id": "old",
                "status": "Enabled",
                "filter": {"prefix": "old/"},
                "transitions": [{"days": 30, "storageClass": "GLACIER_IR"}],
                "expiration": {"days": 90},
                "abortIncompleteMultipartUpload": {"daysAfterInitiation": 1},
            }
        ],
    }


@pytest.mark.parametrize(("cold", "gone"), [(0, 5), (5, 5), (6, 5)])
def test_a_lifecycle_that_s3_would_refuse_is_refused(cold: int, gone: int) -> None:
    """Objects grow cold after a day at least, and before they go."""
    refused(lambda: Lifecycle("old/", cold, gone), f"cold after {cold} days and gone after {gone}")


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
