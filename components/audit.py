"""The audit trail: Firehose writes events to a bucket, one a line, and a Glue table describes them."""

from __future__ import annotations

import pulumi
import pulumi_aws as aws

from components.alarm import AlarmSpec, make_alarm
from components.base import Component
from components.bucket import Bucket, Lifecycle
from components.iam import Grant, account_of
from components.role import make_role
from components.runtime import Runtime
from components.trust import ExternalId
from components.use import Use

FIREHOSE = "firehose.amazonaws.com"
EVENTS = "events/"
ERRORS = "errors/"
DATE = "date"
DAY = f"{DATE}=!{{timestamp:yyyy-MM-dd}}/"
"""The partition: the UTC day on which Firehose received the event."""

BUFFER_SECONDS = 300
BUFFER_MEGABYTES = 64
"""Firehose writes an object when either is reached; few large objects make fast queries."""

LATE_SECONDS = 3_600
"""The alarm's threshold in seconds. Firehose drops what it could not deliver for a day."""

LOG_STREAM = "delivery"

METADATA = "struct<id:string,correlation_id:string,occurred_at:string,actor:string>"
COLUMNS = {
    "version": "string",
    "id": "string",
    "detail_type": "string",
    "source": "string",
    "account": "string",
    "time": "string",
    "region": "string",
    "resources": "array<string>",
    "replay_name": "string",
    # The data of each event type has its own shape: it stays JSON text.
    "detail": f"struct<metadata:{METADATA},data:string>",
}
KEYS = {
    "detail_type": "detail-type",
    "replay_name": "replay-name",
    "correlation_id": "correlationId",
    "occurred_at": "occurredAt",
}
"""The keys in the events for columns with another name."""


class Audit(Component):
    """A Firehose stream into a bucket, partitioned by date, with a Glue table of the events.

    Example:
        audit = Audit("audit", Bucket("access-logs", settings), runtime)
        queue.consumer(handler, uses=[audit.use()])

    Args:
        access_logs: the bucket that receives the access log of the trail's bucket.

    Attributes:
        stream_name: the Firehose stream's physical name.
        bucket_name: the bucket's physical name.
        database_name: the Glue database's name; its table is named `events`.
    """

    name_limit = 64

    def __init__(
        self, name: str, access_logs: Bucket, runtime: Runtime, *, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__(name, opts)
        self.settings = runtime.settings
        kept = self.settings.audit
        self.bucket = Bucket(
            name,
            self.settings,
            lifecycle={
                prefix.rstrip("/"): Lifecycle(prefix, kept.cold_after_days, kept.expire_after_days)
                for prefix in (EVENTS, ERRORS)
            },
            access_logs=access_logs,
            # AWS does not document that Firehose sends the checksum that a lock requires: see docs/audit.md.
            lock_days=kept.lock_days,
            opts=self.child(),
        )
        self.bucket_name = self.bucket.bucket_name
        self._stream = self._delivery_stream()
        self.stream_name = self._stream.name
        make_alarm(
            self,
            AlarmSpec(
                "Events wait for the audit bucket, and Firehose drops what waits for a day",
                "AWS/Firehose:DeliveryToS3.DataFreshness",
                {"DeliveryStreamName": self.stream_name},
                section="late-audit-trail",
                threshold=LATE_SECONDS,
                period=300,
            ),
            runtime,
        )
        self.database_name = self._catalog()
        self.register_outputs({"streamName": self.stream_name, "bucketName": self.bucket_name})

    def use(self) -> Use:
        """Allow putting events on the stream, and pass the stream's name."""
        return Use(
            (Grant(("firehose:PutRecordBatch",), (self._stream.arn,)),), {"AUDIT_STREAM": self.stream_name}
        )

    def _delivery_stream(self) -> aws.kinesis.FirehoseDeliveryStream:
        log_group = aws.cloudwatch.LogGroup(
            self.name,
            retention_in_days=self.settings.functions.log_retention_days,
            tags=self.tags,
            opts=self.child(),
        )
        # Firehose does not create one, and without one its errors are lost.
        log_stream = aws.cloudwatch.LogStream(
            self.name, name=LOG_STREAM, log_group_name=log_group.name, opts=self.child()
        )
        log = pulumi.Output.concat(log_group.arn, ":log-stream:", log_stream.name)
        # Firehose passes the account's id as external id when it assumes a delivery role.
        source = ExternalId(account_of(log_group.arn))
        grants = [*self._writing(), Grant(("logs:PutLogEvents",), (log,))]
        role = make_role(self, self.name, FIREHOSE, source, self.settings, grants)
        return aws.kinesis.FirehoseDeliveryStream(
            self.name,
            destination="extended_s3",
            extended_s3_configuration={
                "bucket_arn": self.bucket.arn,
                "role_arn": role.arn,
                "prefix": EVENTS + DAY,
                "error_output_prefix": f"{ERRORS}!{{firehose:error-output-type}}/{DAY}",
                "buffering_interval": BUFFER_SECONDS,
                "buffering_size": BUFFER_MEGABYTES,
                "compression_format": "GZIP",
                "cloudwatch_logging_options": {
                    "enabled": True,
                    "log_group_name": log_group.name,
                    "log_stream_name": log_stream.name,
                },
            },
            server_side_encryption={"enabled": True, "key_type": "AWS_OWNED_CMK"},
            tags=self.tags,
            opts=self.child(depends_on=[role.permissions]),
        )

    def _writing(self) -> list[Grant]:
        """Return the permissions to write objects, also in parts, under the two prefixes."""
        arn = self.bucket.arn
        objects = tuple(pulumi.Output.concat(arn, "/", prefix, "*") for prefix in (EVENTS, ERRORS))
        return [
            Grant(("s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"), (arn,)),
            Grant(
                ("s3:AbortMultipartUpload", "s3:GetObject", "s3:PutObject"),
                objects,
                "Firehose names the objects",
            ),
        ]

    def _catalog(self) -> pulumi.Output[str]:
        # Athena rejects the hyphens of Pulumi's autonaming.
        name = f"{pulumi.get_project()}_{pulumi.get_stack()}_{self.name}".replace("-", "_").lower()
        database = aws.glue.CatalogDatabase(self.name, name=name, tags=self.tags, opts=self.child())
        location = pulumi.Output.concat("s3://", self.bucket_name, "/", EVENTS)
        aws.glue.CatalogTable(
            self.name,
            name="events",
            database_name=database.name,
            table_type="EXTERNAL_TABLE",
            partition_keys=[{"name": DATE, "type": "string"}],
            parameters=self._partitions(location),
            storage_descriptor={
                "location": location,
                "input_format": "org.apache.hadoop.mapred.TextInputFormat",
                "output_format": "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
                "compressed": True,
                "columns": [{"name": column, "type": kind} for column, kind in COLUMNS.items()],
                "ser_de_info": {
                    "serialization_library": "org.openx.data.jsonserde.JsonSerDe",
                    "parameters": _reading(),
                },
            },
            opts=self.child(),
        )
        return database.name

    def _partitions(self, location: pulumi.Output[str]) -> dict[str, pulumi.Input[str]]:
        """Return the partition projection: Athena computes the days, and no crawler is needed."""
        return {
            "classification": "json",
            "EXTERNAL": "TRUE",
            "projection.enabled": "true",
            f"projection.{DATE}.type": "date",
            f"projection.{DATE}.format": "yyyy-MM-dd",
            f"projection.{DATE}.range": f"NOW-{self.settings.audit.expire_after_days}DAYS,NOW",
            f"projection.{DATE}.interval": "1",
            f"projection.{DATE}.interval.unit": "DAYS",
            "storage.location.template": pulumi.Output.concat(location, DATE, "=${", DATE, "}/"),
        }


def _reading() -> dict[str, str]:
    # The default lowercases every key, also in the data, where two could collide.
    names = {f"mapping.{column}": key for column, key in KEYS.items()}
    return {"case.insensitive": "false", **names}
