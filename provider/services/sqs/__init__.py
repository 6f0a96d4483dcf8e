"""SQS: queues and their policies."""

from __future__ import annotations

from provider.service import Service, Tags

SERVICE = Service(
    "sqs",
    "AWS.SimpleQueueService.NonExistentQueue",
    Tags(
        arn="",
        read="list_queue_tags",
        create="tags",
        write="tag_queue",
        remove="untag_queue",
        pair=None,
    ),
)
