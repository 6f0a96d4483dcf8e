"""The event spine's keys, topics and queues, each by itself.

What this cannot show: whether AWS, asked for a delivery, finds these policies enough.
"""

from __future__ import annotations

import json
from typing import Any

import pulumi
import pytest

from components.data import Table
from components.dead_letters import DeadLetterQueue
from components.function import Function
from components.iam import ResourcePolicy
from components.key import Key
from components.queue import Queue
from components.schedule import Schedule
from components.stream import Stream
from components.table_spec import TableSpec
from components.topic import Topic
from components.use import Use
from tests.infrastructure.spine import (
    ACCOUNT,
    ALARM,
    FORTNIGHT,
    MAPPING,
    QUEUE,
    QUEUE_POLICY,
    SUBSCRIPTION,
    WEEK,
    from_source,
    granted,
    only_tls,
    queue_arn,
    queue_url,
    refused,
    runtime,
    tags,
    wait_for,
)
from tests.infrastructure.test_components import ALARMS, HEALTH, settings
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
        "alarmDescription": "Something was given up: python -m operate dlq show",
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


def test_a_policy_that_is_written_takes_no_more() -> None:
    """What is said in an apply comes too late, and says so instead of being lost."""
    refusals: list[str] = []

    def declare() -> None:
        queue = Queue("mails", runtime())
        policy = ResourcePolicy(queue.arn, {"Effect": "Deny"})

        def late(document: str) -> None:
            try:
                policy.add({"Effect": "Allow"})
            except RuntimeError as error:
                refusals.append(str(error))

        policy.document.apply(late)

    built(declare)

    assert refusals == ["policy statement added after the policy was written: add it outside apply()"]


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


def test_a_key_lets_in_the_services_that_publish_and_no_other() -> None:
    """The account governs it; CloudWatch for this account; EventBridge and SES, who do not say for whom."""

    def declare() -> None:
        key = Key("topics", settings())
        Topic("alarms", key, publishers=["cloudwatch.amazonaws.com"])
        Topic("mail", key, publishers=["ses.amazonaws.com", "cloudwatch.amazonaws.com"]).allow_service(
            "events.amazonaws.com", "arn:aws:events:::rule/a"
        )

    graph = built(declare)

    def using(service: str) -> dict[str, Any]:
        return {
            "Effect": "Allow",
            "Principal": {"Service": service},
            "Action": ["kms:Decrypt", "kms:GenerateDataKey*"],
            "Resource": "*",
        }

    here = {"Condition": {"StringEquals": {"aws:SourceAccount": "123456789012"}}}
    assert statements(graph.inputs("aws:kms/keyPolicy:KeyPolicy", "topics")["policy"]) == [
        {
            "Effect": "Allow",
            "Principal": {"AWS": "arn:aws:iam::123456789012:root"},
            "Action": "kms:*",
            "Resource": "*",
        },
        using("cloudwatch.amazonaws.com") | here,
        using("ses.amazonaws.com"),
        using("events.amazonaws.com"),
    ]


@pytest.mark.parametrize(("environment", "days"), [("ephemeral", 7), ("production", 30)])
def test_a_key_is_rotated_named_and_kept_a_while_after_its_end(environment: str, days: int) -> None:
    """A key that is deleted by mistake can be brought back."""
    graph = built(lambda: Key("topics", settings(environment)))

    assert graph.inputs("aws:kms/key:Key", "topics") == {
        "description": "Topics of strata's stack test",
        "enableKeyRotation": True,
        "deletionWindowInDays": days,
        "tags": tags("topics"),
    }
    assert graph.inputs("aws:kms/alias:Alias", "topics") == {
        "name": "alias/strata-test-topics",
        "targetKeyId": "topics-id",
    }


def test_a_topic_is_encrypted_and_lets_in_its_publishers_over_tls_alone() -> None:
    """One policy holds them all, services and a rule that was subscribed, and the key lets them in first."""

    def declare() -> None:
        topic = Topic("mail", Key("topics", settings()), publishers=["ses.amazonaws.com"])
        topic.allow_service("events.amazonaws.com", "arn:aws:events:::rule/a")

    graph = built(declare)
    arn = f"arn:aws:sns:{ACCOUNT}:mail"
    actions = [
        "sns:AddPermission",
        "sns:DeleteTopic",
        "sns:GetTopicAttributes",
        "sns:ListSubscriptionsByTopic",
        "sns:Publish",
        "sns:RemovePermission",
        "sns:SetTopicAttributes",
        "sns:Subscribe",
    ]

    assert graph.inputs("aws:sns/topic:Topic", "mail") == {
        "kmsMasterKeyId": f"arn:aws:kms:{ACCOUNT}:key/topics",
        "tags": tags("mail"),
    }
    assert [
        (item.inputs["arn"], statements(item.inputs["policy"]))
        for item in graph.of("aws:sns/topicPolicy:TopicPolicy").values()
    ] == [
        (
            arn,
            [
                only_tls(actions, arn),
                {
                    "Effect": "Allow",
                    "Principal": {"Service": "ses.amazonaws.com"},
                    "Action": "sns:Publish",
                    "Resource": arn,
                    "Condition": {"StringEquals": {"aws:SourceAccount": "123456789012"}},
                },
                from_source("events.amazonaws.com", "sns:Publish", arn, "arn:aws:events:::rule/a"),
            ],
        )
    ]
    assert "aws:kms/keyPolicy:KeyPolicy::topics" in wait_for(graph, "aws:sns/topicPolicy:TopicPolicy", "mail")


def test_a_topic_fans_out_to_queues_each_with_its_filter_and_dead_letters() -> None:
    """Each queue lets the topic in, gets the message as it was, and stands before it is subscribed."""

    def declare() -> None:
        own = runtime()
        topic = Topic("mail", Key("topics", settings()))
        topic.subscribe(Queue("bounces", own), filter={"eventType": ["Bounce"]})
        topic.subscribe(Queue("all", own))

    graph = built(declare)
    arn = f"arn:aws:sns:{ACCOUNT}:mail"

    def subscription(queue: str, **others: Any) -> dict[str, Any]:
        return {
            "topic": arn,
            "protocol": "sqs",
            "endpoint": queue_arn(queue),
            "rawMessageDelivery": True,
            "redrivePolicy": json.dumps({"deadLetterTargetArn": queue_arn(f"mail-{queue}-dead-letters")}),
            **others,
        }

    assert {name: item.inputs for name, item in graph.of(SUBSCRIPTION).items()} == {
        "mail-bounces": subscription(
            "bounces", filterPolicy='{"eventType": ["Bounce"]}', filterPolicyScope="MessageBody"
        ),
        "mail-all": subscription("all"),
    }
    for name in ("all", "mail-all-dead-letters"):
        assert statements(graph.inputs(QUEUE_POLICY, name)["policy"])[1:] == [
            from_source("sns.amazonaws.com", "sqs:SendMessage", queue_arn(name), arn)
        ]
    assert {f"{QUEUE_POLICY}::{name}" for name in ("all", "mail-all-dead-letters")} <= wait_for(
        graph, SUBSCRIPTION, "mail-all"
    )


def test_a_person_is_told_by_mail() -> None:
    """The subscription waits for the person's consent, at AWS's side."""
    graph = built(lambda: Topic("alarms", Key("k", settings())).subscribe_email("ops@example.com"))

    assert graph.inputs(SUBSCRIPTION, "alarms-ops@example.com") == {
        "topic": f"arn:aws:sns:{ACCOUNT}:alarms",
        "protocol": "email",
        "endpoint": "ops@example.com",
    }
