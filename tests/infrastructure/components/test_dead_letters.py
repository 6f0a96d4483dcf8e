"""Dead-letter queues and their inventory.

These tests cannot show that AWS puts a failed message into its queue.
"""

from __future__ import annotations

import pulumi

from components.data import Table
from components.dead_letters import DeadLetterQueue
from components.function import Function
from components.key import Key
from components.queue import Queue
from components.schedule import Schedule
from components.stream import Stream
from components.table_spec import TableSpec
from components.topic import Topic
from tests.infrastructure.components.build import (
    ALARM,
    ALARMS,
    FORTNIGHT,
    HEALTH,
    QUEUE,
    QUEUE_POLICY,
    queue_arn,
    queue_url,
    runtime,
    service_statement,
    settings,
    tags,
    tls_statement,
)
from tools.graph import built, statements


def test_dead_letter_queue_is_encrypted_and_raises_an_alarm() -> None:
    """It keeps messages for 14 days, accepts only its sender over TLS, and one message raises the alarm."""
    rule = "arn:aws:events:::rule/a"
    graph = built(
        lambda: DeadLetterQueue("lost", "rule", runtime(), to="x", sender=("events.amazonaws.com", rule))
    )

    assert graph.inputs(QUEUE, "lost") == {
        "messageRetentionSeconds": FORTNIGHT,
        "sqsManagedSseEnabled": True,
        "redriveAllowPolicy": '{"redrivePermission": "denyAll"}',
        "tags": tags("lost"),
    }
    assert statements(graph.inputs(QUEUE_POLICY, "lost")["policy"]) == [
        tls_statement("sqs:*", queue_arn("lost")),
        service_statement("events.amazonaws.com", "sqs:SendMessage", queue_arn("lost"), rule),
    ]
    assert graph.inputs(ALARM, "lost") == {
        "alarmDescription": "Messages were dead-lettered: see docs/incidents.md#dead-letter-queues",
        "namespace": "AWS/SQS",
        "metricName": "ApproximateNumberOfMessagesVisible",
        "dimensions": {"QueueName": "lost"},
        "statistic": "Maximum",
        "period": 60,
        "evaluationPeriods": 1,
        "threshold": 0,
        "comparisonOperator": "GreaterThanThreshold",
        "treatMissingData": "notBreaching",
        "alarmActions": [ALARMS],
        "tags": tags("lost"),
    }


def test_inventory_lists_every_dead_letter_queue_and_log_group() -> None:
    """Each queue is listed with the kind of its sender and the target of a redrive."""

    def declare() -> None:
        own = runtime()
        job = Function("job", HEALTH, own, asynchronous=True)
        Schedule("nightly", job, "rate(1 day)", own)
        Stream("changes", Table("users", TableSpec(key="id", stream=True), settings()), HEALTH, own)
        queue = Queue("mails", own)
        queue.consumer(HEALTH)
        Topic("news", Key("key", settings())).subscribe(queue)
        for name, entries in own.inventory.outputs().items():
            pulumi.export(name, entries)

    graph = built(declare)

    def entry(name: str, kind: str, to: str) -> dict[str, str]:
        return {"url": queue_url(name), "kind": kind, "to": to}

    assert graph.outputs == {
        "logGroups": {name: name for name in ("changes", "health-read", "job")},
        "deadLetters": {
            "changes-dead-letters": entry("changes-dead-letters", "stream", "changes"),
            "job-dead-letters": entry("job-dead-letters", "function", "job"),
            "mails-dead-letters": entry("mails-dead-letters", "queue", queue_url("mails")),
            "news-mails-dead-letters": entry("news-mails-dead-letters", "topic", queue_url("mails")),
            "nightly-dead-letters": entry("nightly-dead-letters", "schedule", "job"),
        },
        "subscribers": [],
        "publishers": ["changes"],
    }
    assert set(graph.outputs["deadLetters"]) == {
        name for name in graph.of(QUEUE) if name.endswith("-dead-letters")
    }
