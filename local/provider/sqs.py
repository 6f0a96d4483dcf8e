"""SQS: queues and the policies that say who may send to them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from typing_extensions import override

from local.provider.base import AutoName, Properties, ResourceType
from local.provider.cloud import Cloud
from local.provider.shapes import document, tag_changes, unless_gone

GONE = "AWS.SimpleQueueService.NonExistentQueue"


class Attribute(NamedTuple):
    """How an input stands in SQS, which knows attributes as text only.

    Attributes:
        name: SQS's own.
        parse: from SQS's text.
        default: what AWS holds where nothing is said; None leaves the attribute as it is.
    """

    name: str
    parse: Callable[[str], Any]
    default: str | None = ""


def _is_true(text: str) -> bool:
    return text == "true"


ATTRIBUTES = {
    "messageRetentionSeconds": Attribute("MessageRetentionPeriod", int, "345600"),
    "visibilityTimeoutSeconds": Attribute("VisibilityTimeout", int, "30"),
    "receiveWaitTimeSeconds": Attribute("ReceiveMessageWaitTimeSeconds", int, "0"),
    "delaySeconds": Attribute("DelaySeconds", int, "0"),
    "maxMessageSize": Attribute("MaximumMessageSize", int, "262144"),
    "kmsMasterKeyId": Attribute("KmsMasterKeyId", str),
    "kmsDataKeyReusePeriodSeconds": Attribute("KmsDataKeyReusePeriodSeconds", int, "300"),
    # AWS itself turns this off where a KMS key is given, and on where none is.
    "sqsManagedSseEnabled": Attribute("SqsManagedSseEnabled", _is_true, None),
    "redrivePolicy": Attribute("RedrivePolicy", str),
    "redriveAllowPolicy": Attribute("RedriveAllowPolicy", str),
    "policy": Attribute("Policy", str),
    "fifoQueue": Attribute("FifoQueue", _is_true, "false"),
    "contentBasedDeduplication": Attribute("ContentBasedDeduplication", _is_true, "false"),
}
FIFO_ONLY = ("fifoQueue", "contentBasedDeduplication")
DOCUMENTS = ("redrivePolicy", "redriveAllowPolicy", "policy")


class Queue(ResourceType):
    """A queue. Its id is its URL."""

    token = "aws:sqs/queue:Queue"
    inputs = frozenset({*ATTRIBUTES, "name", "tags"})
    replace_on = frozenset({"name", "fifoQueue"})
    autoname = AutoName("name", 80)

    @override
    def create(self, cloud: Cloud, inputs: Properties) -> str:
        # To AWS a standard queue is one that does not mention what only FIFO queues have.
        stated = {key: value for key, value in inputs.items() if value or key not in FIFO_ONLY}
        answer: Any = cloud.client("sqs").create_queue(
            QueueName=inputs["name"], Attributes=_changes({}, stated), tags=inputs.get("tags") or {}
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
            **_told(attributes, known),
            "name": arn.rpartition(":")[2],
            "url": resource_id,
            "arn": arn,
            "tags": tags,
        }

    @override
    def update(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> None:
        sqs = cloud.client("sqs")
        attributes = _changes(old, new)
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


class QueuePolicy(ResourceType):
    """Who may do what with a queue. Its id is the queue's URL."""

    token = "aws:sqs/queuePolicy:QueuePolicy"
    inputs = frozenset({"queueUrl", "policy"})
    replace_on = frozenset({"queueUrl"})

    @override
    def create(self, cloud: Cloud, inputs: Properties) -> str:
        url: str = inputs["queueUrl"]
        cloud.client("sqs").set_queue_attributes(QueueUrl=url, Attributes={"Policy": inputs["policy"]})
        return url

    @override
    def read(self, cloud: Cloud, resource_id: str, known: Mapping[str, Any]) -> Properties | None:
        policy = (_attributes(cloud, resource_id) or {}).get("Policy")
        if not policy:
            return None
        return {"queueUrl": resource_id, "policy": document(policy, known.get("policy"))}

    @override
    def update(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> None:
        self.create(cloud, new)

    @override
    def delete(self, cloud: Cloud, resource_id: str, known: Mapping[str, Any]) -> None:
        set_attributes = cloud.client("sqs").set_queue_attributes
        unless_gone(set_attributes, GONE, QueueUrl=resource_id, Attributes={"Policy": ""})

    @override
    def find(self, cloud: Cloud, inputs: Properties) -> str | None:
        return inputs["queueUrl"] if self.read(cloud, inputs["queueUrl"], inputs) else None


def _attributes(cloud: Cloud, url: str) -> dict[str, str] | None:
    """Every attribute of the queue; None where there is no such queue."""
    get_attributes = cloud.client("sqs").get_queue_attributes
    answer: Any = unless_gone(get_attributes, GONE, QueueUrl=url, AttributeNames=["All"])
    return answer["Attributes"] if answer else None


def _changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, str]:
    """The attributes, as SQS's text, that lead from the inputs `old` to the inputs `new`."""
    changes: dict[str, str] = {}
    for key, attribute in ATTRIBUTES.items():
        before, after = old.get(key), new.get(key)
        text = attribute.default if after is None else _text(after)
        if before != after and text is not None:
            changes[attribute.name] = text
    return changes


def _text(value: str | int) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _told(attributes: dict[str, str], known: Mapping[str, Any]) -> Properties:
    """The attributes under Pulumi's names, with AWS's default for each that the answer leaves out."""
    properties: Properties = {}
    for key, attribute in ATTRIBUTES.items():
        text = attributes.get(attribute.name, attribute.default)
        if text and key in DOCUMENTS:
            text = document(text, known.get(key))
        if text is not None:
            properties[key] = attribute.parse(text)
    return properties


TYPES: tuple[ResourceType, ...] = (Queue(), QueuePolicy())
