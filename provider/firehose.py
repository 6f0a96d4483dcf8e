"""Firehose: streams that gather records into objects of a bucket."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, override

from provider.base import AutoName, Properties, ResourceType
from provider.cloud import Cloud
from provider.shapes import block, tag_changes, tag_list, tag_map, told, unless_gone

GONE = "ResourceNotFoundException"
DESTINATION = "extendedS3Configuration"
NAMES = {
    "bucketArn": "BucketARN",
    "roleArn": "RoleARN",
    "prefix": "Prefix",
    "errorOutputPrefix": "ErrorOutputPrefix",
    "compressionFormat": "CompressionFormat",
}
HINTS = {"bufferingInterval": "IntervalInSeconds", "bufferingSize": "SizeInMBs"}
LOGGING = {"enabled": "Enabled", "logGroupName": "LogGroupName", "logStreamName": "LogStreamName"}
DEFAULTS: Properties = {
    "prefix": "",
    "errorOutputPrefix": "",
    "compressionFormat": "UNCOMPRESSED",
    "bufferingInterval": 300,
    "bufferingSize": 5,
    "cloudwatchLoggingOptions": {"enabled": False},
}
ENCRYPTION = {"keyType": "KeyType", "keyArn": "KeyARN"}
OWN_KEY = "AWS_OWNED_CMK"
"""The key that AWS keeps for all its customers: what is taken where none is named."""

OFF = {"enabled": False}


class FirehoseDeliveryStream(ResourceType):
    """A stream that takes records from its callers and delivers to S3. Its id is its ARN."""

    token = "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream"
    inputs = frozenset({"name", "destination", DESTINATION, "serverSideEncryption", "tags"})
    replace_on = frozenset({"name", "destination"})
    autoname = AutoName("name", 64)

    @override
    def create(self, cloud: Cloud, inputs: Properties) -> str:
        firehose: Any = cloud.client("firehose")
        tags = tag_list(inputs.get("tags"))
        answer: Any = firehose.create_delivery_stream(
            DeliveryStreamName=inputs["name"],
            DeliveryStreamType="DirectPut",
            ExtendedS3DestinationConfiguration=_destination(inputs),
            **({"Tags": tags} if tags else {}),
        )
        _encrypt(firehose, inputs["name"], {}, inputs)
        return answer["DeliveryStreamARN"]

    @override
    def read(self, cloud: Cloud, resource_id: str, known: Mapping[str, Any]) -> Properties | None:
        firehose: Any = cloud.client("firehose")
        name = _name(resource_id)
        stream = _description(firehose, name)
        if stream is None:
            return None
        (destination,) = stream["Destinations"]
        tags: Any = firehose.list_tags_for_delivery_stream(DeliveryStreamName=name)["Tags"]
        return {
            "name": name,
            "arn": stream["DeliveryStreamARN"],
            "versionId": stream["VersionId"],
            "destination": "extended_s3",
            "destinationId": destination["DestinationId"],
            DESTINATION: _told_destination(destination["ExtendedS3DestinationDescription"], known),
            "serverSideEncryption": _told_encryption(stream, known),
            "tags": tag_map(tags),
        }

    @override
    def update(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> None:
        firehose: Any = cloud.client("firehose")
        name = _name(resource_id)
        if old[DESTINATION] != new[DESTINATION]:
            _redirect(firehose, name, new)
        _encrypt(firehose, name, old, new)
        changed, removed = tag_changes(old, new)
        if changed:
            firehose.tag_delivery_stream(DeliveryStreamName=name, Tags=tag_list(changed))
        if removed:
            firehose.untag_delivery_stream(DeliveryStreamName=name, TagKeys=removed)

    @override
    def delete(self, cloud: Cloud, resource_id: str, known: Mapping[str, Any]) -> None:
        delete = cloud.client("firehose").delete_delivery_stream
        unless_gone(delete, GONE, DeliveryStreamName=_name(resource_id))

    @override
    def find(self, cloud: Cloud, inputs: Properties) -> str | None:
        stream = _description(cloud.client("firehose"), inputs["name"])
        return stream["DeliveryStreamARN"] if stream else None


def _name(arn: str) -> str:
    return arn.rpartition("/")[2]


def _description(firehose: Any, name: str) -> Any:
    answer: Any = unless_gone(firehose.describe_delivery_stream, GONE, DeliveryStreamName=name)
    return answer["DeliveryStreamDescription"] if answer else None


def _redirect(firehose: Any, name: str, new: Properties) -> None:
    stream = _description(firehose, name)
    firehose.update_destination(
        DeliveryStreamName=name,
        CurrentDeliveryStreamVersionId=stream["VersionId"],
        DestinationId=stream["Destinations"][0]["DestinationId"],
        ExtendedS3DestinationUpdate=_destination(new),
    )


def _destination(inputs: Properties) -> Properties:
    """The destination, whole: an update would leave as it is what is not mentioned."""
    given = DEFAULTS | inputs[DESTINATION]
    hints = {key: given.pop(key) for key in HINTS}
    logging = given.pop("cloudwatchLoggingOptions")
    return {
        **block(given, NAMES),
        "BufferingHints": block(hints, HINTS),
        "CloudWatchLoggingOptions": block(logging, LOGGING),
    }


def _told_destination(answer: Mapping[str, Any], known: Mapping[str, Any]) -> Properties:
    """The destination in the words of what is known: AWS tells its defaults too."""
    found = told(answer, NAMES) | told(answer["BufferingHints"], HINTS)
    found["cloudwatchLoggingOptions"] = told(answer["CloudWatchLoggingOptions"], LOGGING)
    stated = known.get(DESTINATION, found)
    return {key: value for key, value in found.items() if key in stated or value != DEFAULTS.get(key)}


def _encrypt(firehose: Any, name: str, old: Properties, new: Properties) -> None:
    before, after = old.get("serverSideEncryption", OFF), new.get("serverSideEncryption", OFF)
    if before == after:
        return
    if after["enabled"]:
        key = {"keyType": OWN_KEY, **after}
        del key["enabled"]
        firehose.start_delivery_stream_encryption(
            DeliveryStreamName=name, DeliveryStreamEncryptionConfigurationInput=block(key, ENCRYPTION)
        )
    elif before["enabled"]:
        firehose.stop_delivery_stream_encryption(DeliveryStreamName=name)


def _told_encryption(stream: Mapping[str, Any], known: Mapping[str, Any]) -> Properties:
    configuration: Any = stream.get("DeliveryStreamEncryptionConfiguration", {})
    if configuration.get("Status") != "ENABLED":
        return OFF
    found = {"enabled": True, **told(configuration, ENCRYPTION)}
    stated = known.get("serverSideEncryption", found)
    return {key: value for key, value in found.items() if key in stated or value != OWN_KEY}


TYPES: tuple[ResourceType, ...] = (FirehoseDeliveryStream(),)
