"""Delivery streams."""

from __future__ import annotations

from typing import Any, ClassVar, override

from provider.base import AutoName, Properties, Values
from provider.cloud import Cloud
from provider.fields import Block, Fields, Names, from_aws, to_aws
from provider.resource import Resource
from provider.services.firehose import SERVICE

DESTINATION = "extendedS3Configuration"
HINTS = {"bufferingInterval": "IntervalInSeconds", "bufferingSize": "SizeInMBs"}
S3: Fields = {
    "bucketArn": "BucketARN",
    "roleArn": "RoleARN",
    "prefix": "Prefix",
    "errorOutputPrefix": "ErrorOutputPrefix",
    "compressionFormat": "CompressionFormat",
    "cloudwatchLoggingOptions": Block(
        "CloudWatchLoggingOptions",
        {"enabled": "Enabled", "logGroupName": "LogGroupName", "logStreamName": "LogStreamName"},
    ),
}
S3_DEFAULTS: Properties = {
    "prefix": "",
    "errorOutputPrefix": "",
    "compressionFormat": "UNCOMPRESSED",
    "bufferingInterval": 300,
    "bufferingSize": 5,
    "cloudwatchLoggingOptions": {"enabled": False},
}
ENCRYPTION = {"keyType": "KeyType", "keyArn": "KeyARN"}
OWN_KEY = "AWS_OWNED_CMK"
"""The type of key that AWS uses when the program names none."""

OFF = {"enabled": False}


class FirehoseDeliveryStream(Resource):
    """A stream that delivers the records it receives to S3; its ID is its ARN."""

    token = "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream"
    service = SERVICE
    noun = "delivery_stream"
    read_call = "describe_{noun}"
    member = "DeliveryStreamDescription"
    key: ClassVar[Names] = {"name": "DeliveryStreamName"}
    arn = "arn:aws:firehose:{region}:{account}:deliverystream/{name}"
    id_format = arn
    outputs: ClassVar[Fields] = {"versionId": "VersionId"}
    inputs = frozenset({"name", "destination", DESTINATION, "serverSideEncryption", "tags"})
    replace_on = frozenset({"name", "destination"})
    autoname = AutoName("name", 64)

    @override
    def create_request(self, inputs: Properties) -> Properties:
        return {
            **super().create_request(inputs),
            "DeliveryStreamType": "DirectPut",
            "ExtendedS3DestinationConfiguration": _destination(inputs),
        }

    @override
    def create(self, cloud: Cloud, inputs: Properties) -> str:
        resource_id = super().create(cloud, inputs)
        self._encrypt(cloud, {}, inputs)
        return resource_id

    @override
    def computed(self, cloud: Cloud, resource_id: str, found: Values, known: Values) -> Properties:
        (destination,) = found["Destinations"]
        return {
            "destination": "extended_s3",
            "destinationId": destination["DestinationId"],
            DESTINATION: _destination_from_aws(destination["ExtendedS3DestinationDescription"], known),
            "serverSideEncryption": _encryption_from_aws(found, known),
        }

    @override
    def update(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> None:
        if old[DESTINATION] != new[DESTINATION]:
            stream = self.describe(cloud, resource_id, new)
            self.call(
                cloud,
                "update_destination",
                **self.identify(resource_id, new),
                CurrentDeliveryStreamVersionId=stream["VersionId"],
                DestinationId=stream["Destinations"][0]["DestinationId"],
                ExtendedS3DestinationUpdate=_destination(new),
            )
        self._encrypt(cloud, old, new)
        self.update_tags(cloud, resource_id, old, new)

    def _encrypt(self, cloud: Cloud, old: Properties, new: Properties) -> None:
        before, after = old.get("serverSideEncryption", OFF), new.get("serverSideEncryption", OFF)
        if before == after:
            return
        name: str = new["name"]
        if after["enabled"]:
            key = {"keyType": OWN_KEY, **{name: value for name, value in after.items() if name != "enabled"}}
            self.call(
                cloud,
                "start_delivery_stream_encryption",
                DeliveryStreamName=name,
                DeliveryStreamEncryptionConfigurationInput=Block("", ENCRYPTION).to_aws(key),
            )
        elif before["enabled"]:
            self.call(cloud, "stop_delivery_stream_encryption", DeliveryStreamName=name)


def _destination(inputs: Properties) -> Properties:
    """Return the whole destination: an update leaves as it is what it does not mention."""
    settings = {**S3_DEFAULTS, **inputs[DESTINATION]}
    hints = {key: settings.pop(key) for key in HINTS}
    return {**Block("", S3).to_aws(settings), "BufferingHints": to_aws(hints, HINTS)}


def _destination_from_aws(found: Values, known: Values) -> Properties:
    """Return the destination without the defaults that the program does not state."""
    settings = {**from_aws(found, S3), **from_aws(found["BufferingHints"], HINTS)}
    stated = known.get(DESTINATION, settings)
    return {key: value for key, value in settings.items() if key in stated or value != S3_DEFAULTS.get(key)}


def _encryption_from_aws(stream: Values, known: Values) -> Properties:
    configuration: Any = stream.get("DeliveryStreamEncryptionConfiguration", {})
    if configuration.get("Status") != "ENABLED":
        return OFF
    found = {"enabled": True, **from_aws(configuration, ENCRYPTION)}
    stated = known.get("serverSideEncryption", found)
    return {key: value for key, value in found.items() if key in stated or value != OWN_KEY}
