"""Topics.

These tests cannot show that the policies are sufficient when AWS delivers a message.
"""

from __future__ import annotations

import json
from typing import Any

from components.key import Key
from components.queue import Queue
from components.topic import Topic
from tests.infrastructure.components.build import (
    ACCOUNT,
    KEY_POLICY,
    QUEUE_POLICY,
    SUBSCRIPTION,
    TOPIC,
    TOPIC_POLICY,
    dependencies,
    queue_arn,
    runtime,
    service_statement,
    settings,
    tags,
    tls_statement,
)
from tools.graph import built, statements


def test_topic_is_encrypted_and_accepts_only_its_publishers_over_tls() -> None:
    """One policy allows services of the account and single sources, and the key's policy comes first."""

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

    assert graph.inputs(TOPIC, "mail") == {
        "kmsMasterKeyId": f"arn:aws:kms:{ACCOUNT}:key/topics",
        "tags": tags("mail"),
    }
    assert [
        (item.inputs["arn"], statements(item.inputs["policy"])) for item in graph.of(TOPIC_POLICY).values()
    ] == [
        (
            arn,
            [
                tls_statement(actions, arn),
                {
                    "Effect": "Allow",
                    "Principal": {"Service": "ses.amazonaws.com"},
                    "Action": "sns:Publish",
                    "Resource": arn,
                    "Condition": {"StringEquals": {"aws:SourceAccount": "123456789012"}},
                },
                service_statement("events.amazonaws.com", "sns:Publish", arn, "arn:aws:events:::rule/a"),
            ],
        )
    ]
    assert f"{KEY_POLICY}::topics" in dependencies(graph, TOPIC_POLICY, "mail")


def test_topic_delivers_to_queues_each_with_a_filter_and_dead_letters() -> None:
    """Each queue allows the topic before it is subscribed, and receives the message unchanged."""

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
            service_statement("sns.amazonaws.com", "sqs:SendMessage", queue_arn(name), arn)
        ]
    assert {f"{QUEUE_POLICY}::{name}" for name in ("all", "mail-all-dead-letters")} <= dependencies(
        graph, SUBSCRIPTION, "mail-all"
    )


def test_topic_delivers_to_an_email_address() -> None:
    """The subscription is by email; AWS asks the owner of the address to confirm it."""
    graph = built(lambda: Topic("alarms", Key("k", settings())).subscribe_email("ops@example.com"))

    assert graph.inputs(SUBSCRIPTION, "alarms-ops@example.com") == {
        "topic": f"arn:aws:sns:{ACCOUNT}:alarms",
        "protocol": "email",
        "endpoint": "ops@example.com",
    }
