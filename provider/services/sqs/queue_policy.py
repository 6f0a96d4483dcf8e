"""The policies of queues."""

from __future__ import annotations

from typing import ClassVar

from provider.fields import Fields, Policy
from provider.services.sqs.queue_attribute import QueueAttribute


class QueuePolicy(QueueAttribute):
    """The resource policy of a queue; its ID is the queue's URL."""

    token = "aws:sqs/queuePolicy:QueuePolicy"
    fields: ClassVar[Fields] = {"policy": Policy("Policy")}
    inputs = frozenset({"queueUrl", *fields})
