"""Queues."""

from __future__ import annotations

from typing import Any, ClassVar, override

from provider.base import AutoName, Properties, Values
from provider.cloud import Cloud
from provider.fields import Document, Fields, Flag, Names, Number, Policy
from provider.resource import Resource
from provider.services.attributes import WithAttributes
from provider.services.sqs import SERVICE


class Queue(WithAttributes):
    """A queue; its ID is its URL."""

    token = "aws:sqs/queue:Queue"
    service = SERVICE
    noun = "queue"
    read_call = "get_queue_attributes"
    update_call = "set_queue_attributes"
    name_parameter = "QueueName"
    fifo_only = ("fifoQueue", "contentBasedDeduplication")
    shared = frozenset({"policy", "redriveAllowPolicy"})
    key: ClassVar[Names] = {"id": "QueueUrl"}
    id_from = "QueueUrl"
    fields: ClassVar[Fields] = {
        "messageRetentionSeconds": Number("MessageRetentionPeriod"),
        "visibilityTimeoutSeconds": Number("VisibilityTimeout"),
        "receiveWaitTimeSeconds": Number("ReceiveMessageWaitTimeSeconds"),
        "delaySeconds": Number("DelaySeconds"),
        "maxMessageSize": Number("MaximumMessageSize"),
        "kmsMasterKeyId": "KmsMasterKeyId",
        "kmsDataKeyReusePeriodSeconds": Number("KmsDataKeyReusePeriodSeconds"),
        "sqsManagedSseEnabled": Flag("SqsManagedSseEnabled"),
        "redrivePolicy": Document("RedrivePolicy"),
        "redriveAllowPolicy": Document("RedriveAllowPolicy"),
        "policy": Policy("Policy"),
        "fifoQueue": Flag("FifoQueue"),
        "contentBasedDeduplication": Flag("ContentBasedDeduplication"),
    }
    outputs: ClassVar[Fields] = {"arn": "QueueArn"}
    inputs = frozenset({*fields, "name", "tags"})
    replace_on = frozenset({"name", "fifoQueue"})
    autoname = AutoName("name", 80, fifo="fifoQueue")
    arn = "arn:aws:sqs:{region}:{account}:{name}"
    # Not sqsManagedSseEnabled: AWS turns it off with a KMS key, and on without one.
    defaults: ClassVar[Properties] = {
        "messageRetentionSeconds": 345_600,
        "visibilityTimeoutSeconds": 30,
        "receiveWaitTimeSeconds": 0,
        "delaySeconds": 0,
        "maxMessageSize": 262_144,
        "kmsMasterKeyId": "",
        "kmsDataKeyReusePeriodSeconds": 300,
        "redrivePolicy": "",
        "redriveAllowPolicy": "",
        "policy": "",
        "fifoQueue": False,
        "contentBasedDeduplication": False,
    }
    read_defaults = defaults
    updates_changes_only = True

    @override
    def describe(self, cloud: Cloud, resource_id: str, known: Values) -> Any:
        return queue_attributes(self, cloud, resource_id)

    @override
    def computed(self, cloud: Cloud, resource_id: str, found: Values, known: Values) -> Properties:
        return {"name": found["QueueArn"].rpartition(":")[2], "url": resource_id}

    @override
    def find(self, cloud: Cloud, inputs: Properties) -> str | None:
        response = self.call_unless_gone(cloud, "get_queue_url", QueueName=inputs["name"])
        return response["QueueUrl"] if response else None


def queue_attributes(kind: Resource, cloud: Cloud, url: str) -> dict[str, str] | None:
    """Return every attribute of the queue; None when it does not exist."""
    response = kind.call_unless_gone(cloud, "get_queue_attributes", QueueUrl=url, AttributeNames=["All"])
    return response["Attributes"] if response else None
