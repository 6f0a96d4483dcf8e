"""Queues."""

from __future__ import annotations

import json

import pytest

from components.queue import Queue
from components.use import Use
from tests.infrastructure.components.build import (
    ACCOUNT,
    HEALTH,
    MAPPING,
    QUEUE,
    QUEUE_POLICY,
    WEEK,
    from_source,
    granted,
    only_tls,
    queue_arn,
    queue_url,
    refused,
    runtime,
    tags,
)
from tools.graph import built, statements


def test_a_queue_hides_a_message_for_as_long_as_its_consumer_may_take() -> None:
    """Six times the consumer's timeout and the batching window; then, at last, to the dead letters."""
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


def test_a_queue_that_nothing_feeds_refuses_plain_http_all_the_same() -> None:
    """The policy is the queue's own: there is no order in which it could be forgotten."""
    graph = built(lambda: Queue("mails", runtime()))

    assert {
        name: (item.inputs["queueUrl"], statements(item.inputs["policy"]))
        for name, item in graph.of(QUEUE_POLICY).items()
    } == {
        name: (queue_url(name), [only_tls("sqs:*", queue_arn(name))])
        for name in ("mails", "mails-dead-letters")
    }


def test_a_queue_has_one_source() -> None:
    """It lets in what it was told to accept, and refuses to be told again."""

    def declare() -> None:
        queue = Queue("mails", runtime())
        queue.allow_service("sns.amazonaws.com", "arn:aws:sns:::a")
        with pytest.raises(ValueError, match="queue mails: it has a source already"):
            queue.allow_service("events.amazonaws.com", "arn:aws:events:::rule/b")

    graph = built(declare)

    assert statements(graph.inputs(QUEUE_POLICY, "mails")["policy"]) == [
        only_tls("sqs:*", queue_arn("mails")),
        from_source("sns.amazonaws.com", "sqs:SendMessage", queue_arn("mails"), "arn:aws:sns:::a"),
    ]


def test_a_consumer_answers_for_each_message_and_may_do_just_what_it_needs() -> None:
    """It receives from its queue, writes to the dead letters, and has the queue's timeout."""

    def declare() -> None:
        queue = Queue("mails", runtime(), timeout=20, batching_window=1)
        queue.consumer(
            HEALTH,
            uses=[Use(env={"A": "b"})],
            batch_size=100,
            maximum_concurrency=7,
            memory=256,
            name="mailer",
        )

    graph = built(declare)
    function = graph.inputs("aws:lambda/function:Function", "mailer")

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
    assert function["environment"]["variables"]["A"] == "b"


@pytest.mark.parametrize(
    ("window", "arguments", "complaint"),
    [
        (0, {"batch_size": 11}, "queue mails: batch_size 11: expected 1 to 10 with a batching window of 0 s"),
        (1, {"batch_size": 10_001}, "batch_size 10001: expected 1 to 10000"),
        (0, {"batch_size": 0}, "batch_size 0: expected 1 to 10"),
        (0, {"maximum_concurrency": 1}, "queue mails: maximum_concurrency 1: expected 2 to 1,000"),
        (0, {"maximum_concurrency": 1_001}, "maximum_concurrency 1001: expected 2 to 1,000"),
    ],
)
def test_a_consumer_outside_lambda_s_limits_is_refused(
    window: int, arguments: dict[str, int], complaint: str
) -> None:
    """What Lambda would refuse in the middle of a deployment is refused before it."""
    refused(
        lambda: Queue("mails", runtime(), batching_window=window).consumer(HEALTH, **arguments),
        complaint,
    )
