"""Topics."""

from __future__ import annotations

import json
from typing import Any

from components.key import Key
from components.queue import Queue
from components.topic import Topic
from tests.infrastructure.components.build import (
    ACCOUNT,
    QUEUE_POLICY,
    SUBSCRIPTION,
    from_source,
    only_tls,
    queue_arn,
    runtime,
    settings,
    tags,
    wait_for,
)
from tools.graph import built, statements


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
