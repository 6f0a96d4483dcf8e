"""SQS: queues and the policies that say who may send to them, and who may bury messages in them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, override

from provider.attributes import Attribute, Document, Flag, Number, Policy, changes, properties
from provider.base import AutoName, Properties, ResourceType
from provider.cloud import Cloud
from provider.shapes import tag_changes, unless_gone

GONE = "AWS.SimpleQueueService.NonExistentQueue"

ATTRIBUTES: dict[str, Attribute] = {
    "messageRetentionSeconds": Number("MessageRetentionPeriod", "345600"),
    "visibilityTimeoutSeconds": Number("VisibilityTimeout", "30"),
    "receiveWaitTimeSeconds": Number("ReceiveMessageWaitTimeSeconds", "0"),
    "delaySeconds": Number("DelaySeconds", "0"),
    "maxMessageSize": Number("MaximumMessageSize", "262144"),
    "kmsMasterKeyId": Attribute("KmsMasterKeyId"),
    "kmsDataKeyReusePeriodSeconds": Number("KmsDataKeyReusePeriodSeconds", "300"),
    # AWS itself turns this off where a KMS key is given, and on where none is.
    "sqsManagedSseEnabled": Flag("SqsManagedSseEnabled", None),
    "redrivePolicy": Document("RedrivePolicy"),
    "redriveAllowPolicy": Document("RedriveAllowPolicy", shared=True),
    "policy": Policy("Policy", shared=True),
    "fifoQueue": Flag("FifoQueue", "false"),
    "contentBasedDeduplication": Flag("ContentBasedDeduplication", "false"),
}
FIFO_ONLY = ("fifoQueue", "contentBasedDeduplication")


class Queue(ResourceType):
    """A queue. Its id is its URL."""

    token = "aws:sqs/queue:Queue"
    inputs = frozenset({*ATTRIBUTES, "name", "tags"})
    replace_on = frozenset({"name", "fifoQueue"})
    autoname = AutoName("name", 80, fifo="fifoQueue")

    @override
    def create(self, cloud: Cloud, inputs: Properties) -> str:
        # To AWS a standard queue is one that does not mention what only FIFO queues have.
        stated = {key: value for key, value in inputs.items() if value or key not in FIFO_ONLY}
        answer: Any = cloud.client("sqs").create_queue(
            QueueName=inputs["name"],
            Attributes=changes(ATTRIBUTES, {}, stated),
            tags=inputs.get("tags") or {},
        )
        return answer["QueueUrl"]

    @override
    def read(self, cloud: Cloud, resource_id: str, known: Mapping[str, Any]) -> Properties | None:
        attributes = _attributes(cloud, resource_id)
        if attributes is None:
            return None
        arn = attributes["QueueArn"]
        tags: Any = cloud.client("sqs").list_queue_tags(QueueUrl=resource_id).get("Tags", {})
        return {
            **properties(ATTRIBUTES, attributes, known),
            "name": arn.rpartition(":")[2],
            "url": resource_id,
            "arn": arn,
            "tags": tags,
        }

    @override
    def update(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> None:
        sqs = cloud.client("sqs")
        attributes = changes(ATTRIBUTES, old, new)
        if attributes:
            sqs.set_queue_attributes(QueueUrl=resource_id, Attributes=attributes)
        changed, removed = tag_changes(old, new)
        if changed:
            sqs.tag_queue(QueueUrl=resource_id, Tags=changed)
        if removed:
            sqs.untag_queue(QueueUrl=resource_id, TagKeys=removed)

    @override
    def delete(self, cloud: Cloud, resource_id: str, known: Mapping[str, Any]) -> None:
        unless_gone(cloud.client("sqs").delete_queue, GONE, QueueUrl=resource_id)

    @override
    def find(self, cloud: Cloud, inputs: Properties) -> str | None:
        answer: Any = unless_gone(cloud.client("sqs").get_queue_url, GONE, QueueName=inputs["name"])
        return answer["QueueUrl"] if answer else None


class OnQueue(ResourceType):
    """One of a queue's documents as a resource of its own. Its id is the queue's URL.

    Attributes:
        key: the input that holds the document, named as the queue's own.
    """

    key: ClassVar[str]
    replace_on = frozenset({"queueUrl"})

    @override
    def create(self, cloud: Cloud, inputs: Properties) -> str:
        attribute, url = ATTRIBUTES[self.key], inputs["queueUrl"]
        text = attribute.write(inputs[self.key])
        cloud.client("sqs").set_queue_attributes(QueueUrl=url, Attributes={attribute.name: text})
        return url

    @override
    def read(self, cloud: Cloud, resource_id: str, known: Mapping[str, Any]) -> Properties | None:
        attribute = ATTRIBUTES[self.key]
        text = (_attributes(cloud, resource_id) or {}).get(attribute.name)
        if not text:
            return None
        return {"queueUrl": resource_id, self.key: attribute.read(text, known.get(self.key))}

    @override
    def update(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> None:
        self.create(cloud, new)

    @override
    def delete(self, cloud: Cloud, resource_id: str, known: Mapping[str, Any]) -> None:
        set_attributes = cloud.client("sqs").set_queue_attributes
        none = {ATTRIBUTES[self.key].name: ""}
        unless_gone(set_attributes, GONE, QueueUrl=resource_id, Attributes=none)

    @override
    def find(self, cloud: Cloud, inputs: Properties) -> str | None:
        return inputs["queueUrl"] if self.read(cloud, inputs["queueUrl"], inputs) else None


class QueuePolicy(OnQueue):
    """Who may do what with a queue."""

    token = "aws:sqs/queuePolicy:QueuePolicy"
    key = "policy"
    inputs = frozenset({"queueUrl", "policy"})


class RedriveAllowPolicy(OnQueue):
    """Which queues may have this one for their dead letters."""

    token = "aws:sqs/redriveAllowPolicy:RedriveAllowPolicy"
    key = "redriveAllowPolicy"
    inputs = frozenset({"queueUrl", "redriveAllowPolicy"})


def _attributes(cloud: Cloud, url: str) -> dict[str, str] | None:
    """Every attribute of the queue; None where there is no such queue."""
    get_attributes = cloud.client("sqs").get_queue_attributes
    answer: Any = unless_gone(get_attributes, GONE, QueueUrl=url, AttributeNames=["All"])
    return answer["Attributes"] if answer else None


TYPES: tuple[ResourceType, ...] = (Queue(), QueuePolicy(), RedriveAllowPolicy())
