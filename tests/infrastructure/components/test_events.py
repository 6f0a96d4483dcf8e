"""The event bus."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pulumi_aws as aws
import pytest

from components.events import EventBus
from components.function import Function
from components.key import Key
from components.queue import Queue
from components.topic import Topic
from provider.base import AutoName
from provider.naming import Naming
from settings import Settings
from tests.infrastructure.components.build import (
    ACCOUNT,
    FUNCTION,
    HEALTH,
    QUEUE_POLICY,
    RETRY,
    from_source,
    granted,
    job,
    only_tls,
    queue_arn,
    refused,
    role_arn,
    runtime,
    settings,
    tags,
    trust_of,
    trusted,
    wait_for,
)
from tools.graph import Graph, Secret, built, statements

ARCHIVE = "aws:cloudwatch/eventArchive:EventArchive"

PERMISSION = "aws:lambda/permission:Permission"

RULE = "aws:cloudwatch/eventRule:EventRule"

TARGET = "aws:cloudwatch/eventTarget:EventTarget"

BUS = f"arn:aws:events:{ACCOUNT}:event-bus/events"

CATALOGUE = {
    "strata.users": ("user.created", "user.updated"),
    "partner.*": ("order.placed",),
    "webhook.stripe": ("payment.failed",),
}

USERS = {"source": ["strata.users"]}

OUTSIDE: Any = {"url": "https://example.com/in", "rate_limit": 5, "header": "X-Key", "key": "s3cr3t"}


def bus(of: Settings | None = None) -> EventBus:
    """An event bus with a small catalogue."""
    return EventBus("events", CATALOGUE, runtime(of))


def machine() -> aws.sfn.StateMachine:
    """A state machine."""
    return aws.sfn.StateMachine("flow", definition="{}", role_arn="arn:aws:iam:::role/x")


def subscribed(target: Callable[[], Any]) -> Graph:
    """The graph of one subscription, `events-new`."""
    return built(lambda: bus().subscribe("new", USERS, target()))


def rule_arn(name: str) -> str:
    """The ARN of a rule on the bus."""
    return f"arn:aws:events:{ACCOUNT}:rule/events/{name}"


@pytest.mark.parametrize(
    ("environment", "days", "protected"),
    [("ephemeral", 1, False), ("development", 14, False), ("production", 365, True)],
)
def test_a_bus_keeps_what_was_on_it_as_long_as_its_environment_class_says(
    environment: str, days: int, protected: bool
) -> None:
    """All events go into the archive, which production does not give away."""
    graph = built(lambda: bus(settings(environment)))

    assert graph.inputs("aws:cloudwatch/eventBus:EventBus", "events") == {"tags": tags("events")}
    assert graph.inputs(ARCHIVE, "events") == {"eventSourceArn": BUS, "retentionDays": days}
    assert {item.type for item in graph.resources.values() if item.protect} == (
        {ARCHIVE} if protected else set()
    )


@pytest.mark.parametrize(
    ("sources", "condition"),
    [
        (("strata.users",), {"StringEquals": {"events:source": ["strata.users"]}}),
        (("partner.*",), {"StringLike": {"events:source": ["partner.*"]}}),
        (
            ("webhook.stripe", "partner.*"),
            {"StringLike": {"events:source": ["partner.*", "webhook.stripe"]}},
        ),
    ],
)
def test_leave_to_publish_is_leave_to_speak_for_some_sources(
    sources: tuple[str, ...], condition: dict[str, Any]
) -> None:
    """PutEvents on this bus alone, and in no other name; only a partner's is a pattern."""

    def declare() -> None:
        own = bus()
        Function("job", HEALTH, runtime(), uses=[own.use(*sources)])

    policy = built(declare).inputs("aws:iam/rolePolicy:RolePolicy", "job")["policy"]

    assert statements(policy)[0] == {
        "Effect": "Allow",
        "Action": ["events:PutEvents"],
        "Resource": [BUS],
        "Condition": condition,
    }


@pytest.mark.parametrize(
    ("sources", "complaint"),
    [
        (
            ("strata.orders",),
            "bus events: no source 'strata.orders': expected some of partner.*, strata.users",
        ),
        (("partner.acme",), "bus events: no source 'partner.acme': expected some of"),
        ((), "bus events: no source: expected some of partner.*, strata.users, webhook.stripe"),
    ],
)
def test_leave_to_publish_for_a_stranger_is_refused(sources: tuple[str, ...], complaint: str) -> None:
    """Nobody speaks for a source that the catalogue does not have."""
    refused(lambda: bus().use(*sources), complaint.replace("*", r"\*"))


@pytest.mark.parametrize(
    "pattern",
    [
        {"source": ["strata.users"], "detail-type": ["user.created", {"prefix": "user."}]},
        {"source": ["partner.acme"], "detail-type": ["order.placed"]},
        {"source": [{"prefix": "partner."}], "detail": {"data": {"amount": [{"numeric": [">", 5]}]}}},
        {"source": [{"prefix": "partner.acme"}]},
        {"source": [{"prefix": ""}]},
    ],
)
def test_a_rule_listens_to_what_the_catalogue_knows(pattern: dict[str, Any]) -> None:
    """The pattern reaches the rule as it was given."""
    graph = built(lambda: bus().subscribe("new", pattern, Queue("mails", runtime())))
    rule = dict(graph.inputs(RULE, "events-new"))

    assert json.loads(rule.pop("eventPattern")) == pattern
    assert rule == {"eventBusName": "events", "tags": tags("events")}


@pytest.mark.parametrize(
    ("pattern", "complaint"),
    [
        ({"detail-type": ["user.created"]}, "the pattern names no source"),
        ({"source": []}, "the pattern names no source"),
        ({"source": ["strata.user"]}, "subscription events-new: no source 'strata.user': expected some of"),
        ({"source": ["partner.*"]}, r"no source 'partner.\*'"),
        ({"source": [{"prefix": "aws."}]}, "no source {'prefix': 'aws.'}"),
        ({"source": [{"anything-but": "x"}]}, "no source {'anything-but': 'x'}"),
        (
            {"source": ["strata.users"], "detail-type": ["order.placed"]},
            "no detail type 'order.placed': expected some of user.created, user.updated",
        ),
    ],
)
def test_a_rule_for_what_nobody_says_is_refused(pattern: dict[str, Any], complaint: str) -> None:
    """A misspelt source or type would be silence; the error names it and what there is."""
    refused(lambda: bus().subscribe("new", pattern, job()), complaint)


def test_a_queue_is_told_within_a_day_or_the_event_is_kept() -> None:
    """Retries, the target's own dead letters, and both queues open to this rule before it has a target."""
    graph = subscribed(lambda: Queue("mails", runtime()))

    assert graph.inputs(TARGET, "events-new") == {
        "rule": "events-new",
        "eventBusName": "events",
        "targetId": "events-new",
        "arn": queue_arn("mails"),
        "retryPolicy": RETRY,
        "deadLetterConfig": {"arn": queue_arn("events-new-dead-letters")},
    }
    for name in ("mails", "events-new-dead-letters"):
        assert statements(graph.inputs(QUEUE_POLICY, name)["policy"]) == [
            only_tls("sqs:*", queue_arn(name)),
            from_source("events.amazonaws.com", "sqs:SendMessage", queue_arn(name), rule_arn("events-new")),
        ]
        assert f"{QUEUE_POLICY}::{name}" in wait_for(graph, TARGET, "events-new")
        assert f"{RULE}::events-new" in wait_for(graph, QUEUE_POLICY, name)


def test_a_function_is_told_by_its_rule_s_leave_alone() -> None:
    """The permission names the rule, and stands before the target."""
    graph = subscribed(job)

    assert graph.inputs(TARGET, "events-new")["arn"] == FUNCTION
    assert graph.inputs(PERMISSION, "job-events-new") == {
        "action": "lambda:InvokeFunction",
        "function": "job",
        "principal": "events.amazonaws.com",
        "sourceArn": rule_arn("events-new"),
    }
    assert f"{PERMISSION}::job-events-new" in wait_for(graph, TARGET, "events-new")


def test_a_function_that_keeps_no_failures_is_no_target() -> None:
    """A rule hands the event over and goes: what fails then must be kept by the function."""
    refused(
        lambda: bus().subscribe("new", USERS, job(asynchronous=False)),
        "subscription events-new: function job is invoked asynchronously: declare it asynchronous=True",
    )


def test_a_topic_is_told_by_its_rule_s_leave_alone() -> None:
    """Its one policy lets the rule in, and its key lets EventBridge encrypt."""
    graph = subscribed(lambda: Topic("news", Key("topics", settings())))
    arn = f"arn:aws:sns:{ACCOUNT}:news"
    policies = graph.of("aws:sns/topicPolicy:TopicPolicy")

    assert graph.inputs(TARGET, "events-new")["arn"] == arn
    assert "roleArn" not in graph.inputs(TARGET, "events-new")
    assert statements(policies["news"].inputs["policy"])[1:] == [
        from_source("events.amazonaws.com", "sns:Publish", arn, rule_arn("events-new"))
    ]
    assert statements(graph.inputs("aws:kms/keyPolicy:KeyPolicy", "topics")["policy"])[1:] == [
        {
            "Effect": "Allow",
            "Principal": {"Service": "events.amazonaws.com"},
            "Action": ["kms:Decrypt", "kms:GenerateDataKey*"],
            "Resource": "*",
        }
    ]
    assert "aws:sns/topicPolicy:TopicPolicy::news" in wait_for(graph, TARGET, "events-new")


def test_a_state_machine_is_started_by_a_role_that_may_do_just_that() -> None:
    """EventBridge assumes the role for this rule alone."""
    graph = subscribed(machine)
    arn = f"arn:aws:states:{ACCOUNT}:stateMachine:flow"

    assert graph.inputs(TARGET, "events-new")["arn"] == arn
    assert graph.inputs(TARGET, "events-new")["roleArn"] == role_arn("events-new-role")
    assert granted(graph, "events-new-role") == [(["states:StartExecution"], [arn])]
    assert trusted(graph, "events-new-role") == trust_of("events.amazonaws.com", rule_arn("events-new"))


def test_a_delivery_outside_has_a_key_a_rate_and_a_role() -> None:
    """The key is a secret; EventBridge holds back, retries for a day, and keeps what stays undelivered."""
    graph = built(lambda: bus().deliver("out", USERS, **OUTSIDE))
    destination = f"arn:aws:events:{ACCOUNT}:api-destination/events-out/1"

    assert graph.inputs("aws:cloudwatch/eventConnection:EventConnection", "events-out") == {
        "authorizationType": "API_KEY",
        "authParameters": Secret({"apiKey": {"key": "X-Key", "value": "s3cr3t"}}),
    }
    assert graph.inputs("aws:cloudwatch/eventApiDestination:EventApiDestination", "events-out") == {
        "connectionArn": f"arn:aws:events:{ACCOUNT}:connection/events-out/1",
        "invocationEndpoint": "https://example.com/in",
        "httpMethod": "POST",
        "invocationRateLimitPerSecond": 5,
    }
    assert graph.inputs(TARGET, "events-out") == {
        "rule": "events-out",
        "eventBusName": "events",
        "targetId": "events-out",
        "arn": destination,
        "roleArn": role_arn("events-out-role"),
        "retryPolicy": RETRY,
        "deadLetterConfig": {"arn": queue_arn("events-out-dead-letters")},
    }
    assert granted(graph, "events-out-role") == [(["events:InvokeApiDestination"], [destination])]
    assert trusted(graph, "events-out-role") == trust_of("events.amazonaws.com", rule_arn("events-out"))


def test_a_delivery_without_tls_is_refused_but_by_the_embedded_cloud() -> None:
    """Events and the key would go in the open; on this machine there is nobody between."""
    plain = {**OUTSIDE, "url": "http://127.0.0.1:9000/in"}
    endpoint = {"aws:endpoints": json.dumps([{"sqs": "http://127.0.0.1:4566"}])}
    local = Settings.parse({"aws:region": "us-east-1", "strata:environment": "ephemeral", **endpoint})
    graph = built(lambda: bus(local).deliver("out", USERS, **plain))

    assert set(graph.of("aws:cloudwatch/eventApiDestination:EventApiDestination")) == {"events-out"}
    refused(
        lambda: bus().deliver("out", USERS, **plain),
        "delivery events-out: 'http://127.0.0.1:9000/in': expected an https:// URL",
    )


LIMITS = {
    "aws:cloudwatch/eventApiDestination:EventApiDestination": 64,
    "aws:cloudwatch/eventArchive:EventArchive": 48,
    "aws:cloudwatch/eventBus:EventBus": 256,
    "aws:cloudwatch/eventConnection:EventConnection": 64,
    "aws:cloudwatch/eventRule:EventRule": 64,
    "aws:cloudwatch/metricAlarm:MetricAlarm": 255,
    "aws:iam/role:Role": 64,
    "aws:lambda/function:Function": 64,
    "aws:lambda/permission:Permission": 100,
    "aws:sqs/queue:Queue": 80,
}
"""How long AWS lets a name be."""


def test_names_of_28_characters_fit_aws_in_the_longest_stack() -> None:
    """What the components add to a subscription's name leaves so many, everywhere that it turns up."""
    name = "a" * 28

    def declare() -> None:
        own = bus()
        own.subscribe(name, USERS, job())
        own.deliver(name.replace("a", "b"), USERS, **OUTSIDE)

    graph = built(declare)
    naming = Naming("${project}-${stack}-${name}-${hex(7)}", "strata", "pr-12345")
    named = [item for item in graph.resources.values() if item.type in LIMITS]

    assert {item.type for item in named} == set(LIMITS)
    for item in named:
        assert len(naming.propose(item.name, AutoName("name", LIMITS[item.type]))) <= LIMITS[item.type]
    assert max(len(item.inputs["targetId"]) for item in graph.of(TARGET).values()) <= 64
