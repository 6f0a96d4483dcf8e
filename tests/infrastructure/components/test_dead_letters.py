"""Dead-letter queues."""

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
    from_source,
    only_tls,
    queue_arn,
    queue_url,
    runtime,
    settings,
    tags,
)
from tools.graph import built, statements


def test_a_dead_letter_queue_keeps_long_refuses_plain_http_and_rings() -> None:
    """It is encrypted, serves no queue, lets in its sender alone, and one message raises the alarm."""
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
        only_tls("sqs:*", queue_arn("lost")),
        from_source("events.amazonaws.com", "sqs:SendMessage", queue_arn("lost"), rule),
    ]
    assert graph.inputs(ALARM, "lost") == {
        "alarmDescription": "Messages were dead-lettered: run python -m operate dlq show",
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


def test_every_dead_letter_queue_and_log_group_can_be_found_again() -> None:
    """The inventory tells of each queue what gave up there and where its messages go back to."""

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

    def letters(name: str, kind: str, to: str) -> dict[str, str]:
        return {"url": queue_url(name), "kind": kind, "to": to}

    assert graph.outputs == {
        "logGroups": {name: name for name in ("changes", "health-read", "job")},
        "deadLetters": {
            "changes-dead-letters": letters("changes-dead-letters", "stream", "changes"),
            "job-dead-letters": letters("job-dead-letters", "function", "job"),
            "mails-dead-letters": letters("mails-dead-letters", "queue", queue_url("mails")),
            "news-mails-dead-letters": letters("news-mails-dead-letters", "topic", queue_url("mails")),
            "nightly-dead-letters": letters("nightly-dead-letters", "schedule", "job"),
        },
    }
    assert set(graph.outputs["deadLetters"]) == {
        name for name in graph.of(QUEUE) if name.endswith("-dead-letters")
    }
