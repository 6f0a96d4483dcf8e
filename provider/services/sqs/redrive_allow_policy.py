"""The redrive allow policies of queues."""

from __future__ import annotations

from typing import ClassVar

from provider.fields import Document, Fields
from provider.services.sqs.queue_attribute import QueueAttribute


class RedriveAllowPolicy(QueueAttribute):
    """The queues that may use a queue as their dead-letter queue; its ID is the queue's URL."""

    token = "aws:sqs/redriveAllowPolicy:RedriveAllowPolicy"
    fields: ClassVar[Fields] = {"redriveAllowPolicy": Document("RedriveAllowPolicy")}
    inputs = frozenset({"queueUrl", *fields})
