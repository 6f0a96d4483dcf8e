"""Queues and their consumers.

These tests cannot show that the policies are sufficient when AWS delivers a message.
"""

from __future__ import annotations

import json

import pytest

from components.queue import Queue
from components.use import Use
from tests.infrastructure.components.build import (
    ACCOUNT,
    FUNCTION,
    HEALTH,
    MAPPING,
    QUEUE,
    QUEUE_POLICY,
    WEEK,
    granted,
    queue_arn,
    queue_url,
    rejected,
    runtime,
    service_statement,
    settings,
    tags,
    tls_statement,
)
from tools.graph import built, statements


def test_visibility_timeout_covers_the_consumer() -> None:
    """It is six times the consumer's timeout plus the batching window; then messages are dead-lettered."""
    graph = built(lambda: Queue("mails", runtime(), timeout=20, batching_window=3, maximum_receives=4))

    assert graph.inputs(QUEUE, "mails") == {
        "visibilityTimeoutSeconds": 123,
        "messageRetentionSeconds": WEEK,
        "sqsManagedSseEnabled": True,
        "redrivePolicy": json.dumps(
            {"deadLetterTargetArn": queue_arn("mails-dead-letters"), "maxReceiveCount": 4}
        ),
        "tags": tags("mails"),
    }
    assert graph.inputs("aws:sqs/redriveAllowPolicy:RedriveAllowPolicy", "mails") == {
        "queueUrl": queue_url("mails-dead-letters"),
        "redriveAllowPolicy": json.dumps(
            {"redrivePermission": "byQueue", "sourceQueueArns": [queue_arn("mails")]}
        ),
    }


def test_queue_without_a_source_denies_plain_http() -> None:
    """The queue and its dead-letter queue have the policy from the start."""
    graph = built(lambda: Queue("mails", runtime()))

    assert {
        name: (item.inputs["queueUrl"], statements(item.inputs["policy"]))
        for name, item in graph.of(QUEUE_POLICY).items()
    } == {
        name: (queue_url(name), [tls_statement("sqs:*", queue_arn(name))])
        for name in ("mails", "mails-dead-letters")
    }


def test_queue_has_one_source() -> None:
    """A second source is rejected."""

    def declare() -> None:
        queue = Queue("mails", runtime())
        queue.allow_service("sns.amazonaws.com", "arn:aws:sns:::a")
        with pytest.raises(ValueError, match="queue mails: it has a source already"):
            queue.allow_service("events.amazonaws.com", "arn:aws:events:::rule/b")

    graph = built(declare)

    assert statements(graph.inputs(QUEUE_POLICY, "mails")["policy"]) == [
        tls_statement("sqs:*", queue_arn("mails")),
        service_statement("sns.amazonaws.com", "sqs:SendMessage", queue_arn("mails"), "arn:aws:sns:::a"),
    ]


def test_consumer_reports_each_message_and_has_only_the_permissions_it_needs() -> None:
    """It receives from its queue, sends to the dead-letter queue, and has the queue's timeout."""

    def declare() -> None:
        queue = Queue("mails", runtime(), timeout=20, batching_window=1)
        queue.consumer(
            HEALTH,
            uses=[Use(env={"ADDRESS": "b"})],
            batch_size=100,
            maximum_concurrency=7,
            memory=256,
            name="mailer",
        )

    graph = built(declare)
    function = graph.inputs(FUNCTION, "mailer")

    assert graph.inputs(MAPPING, "mails") == {
        "eventSourceArn": queue_arn("mails"),
        "functionName": f"arn:aws:lambda:{ACCOUNT}:function:mailer",
        "batchSize": 100,
        "maximumBatchingWindowInSeconds": 1,
        "functionResponseTypes": ["ReportBatchItemFailures"],
        "scalingConfig": {"maximumConcurrency": 7},
        "tags": tags("mails"),
    }
    assert granted(graph, "mailer") == [
        (["sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"], [queue_arn("mails")]),
        (["sqs:SendMessage"], [queue_arn("mails-dead-letters")]),
    ]
    assert (function["timeout"], function["memorySize"]) == (20, 256)
    assert function["environment"]["variables"]["DEAD_LETTERS_URL"] == queue_url("mails-dead-letters")
    assert function["environment"]["variables"]["ADDRESS"] == "b"


@pytest.mark.parametrize(("given", "expected"), [({}, 2), ({"consumerConcurrency": 30}, 30)])
def test_consumer_s_concurrency_is_limited_by_the_stack_s_settings(
    given: dict[str, int], expected: int
) -> None:
    """A burst in one queue does not take all of the account's concurrent executions."""
    graph = built(lambda: Queue("mails", runtime(settings(functions=given))).consumer(HEALTH))

    assert graph.inputs(MAPPING, "mails")["scalingConfig"] == {"maximumConcurrency": expected}


@pytest.mark.parametrize(
    ("window", "arguments", "message"),
    [
        (0, {"batch_size": 11}, "queue mails: batch_size 11: expected 1 to 10 with a batching window of 0 s"),
        (1, {"batch_size": 10_001}, "batch_size 10001: expected 1 to 10,000"),
        (0, {"batch_size": 0}, "batch_size 0: expected 1 to 10"),
        (0, {"maximum_concurrency": 1}, "queue mails: maximum_concurrency 1: expected 2 to 1,000"),
        (0, {"maximum_concurrency": 1_001}, "maximum_concurrency 1001: expected 2 to 1,000"),
    ],
)
def test_consumer_outside_lambda_s_limits_is_rejected(
    window: int, arguments: dict[str, int], message: str
) -> None:
    """Lambda would reject it during the deployment."""
    rejected(
        lambda: Queue("mails", runtime(), batching_window=window).consumer(HEALTH, **arguments),
        message,
    )
