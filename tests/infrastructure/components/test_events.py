"""The event bus.

These tests cannot show that EventBridge retries as configured, nor that it assumes these roles.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pulumi
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
    FUNCTION_ARN,
    HEALTH,
    KEY_POLICY,
    PERMISSION,
    QUEUE_POLICY,
    RETRY,
    ROLE_POLICY,
    TOPIC_POLICY,
    dependencies,
    granted,
    job,
    queue_arn,
    rejected,
    role_arn,
    runtime,
    service_statement,
    settings,
    tags,
    tls_statement,
    trust_for,
    trust_policy,
)
from tools.graph import Graph, Secret, built, statements

ARCHIVE = "aws:cloudwatch/eventArchive:EventArchive"
CONNECTION = "aws:cloudwatch/eventConnection:EventConnection"
DESTINATION = "aws:cloudwatch/eventApiDestination:EventApiDestination"
RULE = "aws:cloudwatch/eventRule:EventRule"
TARGET = "aws:cloudwatch/eventTarget:EventTarget"

BUS = f"arn:aws:events:{ACCOUNT}:event-bus/events"
CATALOGUE = {
    "strata.users": {"user.created": {"data": {"user": {"id": {}}}}, "user.updated": None},
    "partner.*": {"order.placed": {"data": {"amount": {}, "extra": None}}},
    "webhook.stripe": {"payment.failed": None},
}
USERS = {"source": ["strata.users"]}
EXTERNAL: Any = {"url": "https://example.com/in", "rate_limit": 5, "header": "X-Key", "key": "s3cr3t"}


def bus(of: Settings | None = None) -> EventBus:
    """Return an event bus with a small catalogue."""
    return EventBus("events", CATALOGUE, runtime(of))


def machine() -> aws.sfn.StateMachine:
    """Return a state machine."""
    return aws.sfn.StateMachine("flow", definition="{}", role_arn="arn:aws:iam:::role/x")


def subscribed(target: Callable[[], Any]) -> Graph:
    """Return the graph of one subscription, `events-new`."""
    return built(lambda: bus().subscribe("new", USERS, target()))


def rule_arn(name: str) -> str:
    """Return the ARN of a rule on the bus."""
    return f"arn:aws:events:{ACCOUNT}:rule/events/{name}"


@pytest.mark.parametrize(
    ("environment", "days", "protected"),
    [("ephemeral", 1, False), ("development", 14, False), ("production", 365, True)],
)
def test_archive_follows_its_environment_class(environment: str, days: int, protected: bool) -> None:
    """All events are archived for some days, and production's archive is protected."""
    graph = built(lambda: bus(settings(environment)))

    assert graph.inputs("aws:cloudwatch/eventBus:EventBus", "events") == {"tags": tags("events")}
    assert graph.inputs(ARCHIVE, "events") == {"eventSourceArn": BUS, "retentionDays": days}
    assert {item.type for item in graph.resources.values() if item.protect} == (
        {ARCHIVE} if protected else set()
    )


@pytest.mark.parametrize(
    ("sources", "operator"),
    [
        (("strata.users",), "StringEquals"),
        (("partner.*",), "StringLike"),
        (("partner.*", "webhook.stripe"), "StringLike"),
    ],
)
def test_permission_to_publish_is_for_some_sources(sources: tuple[str, ...], operator: str) -> None:
    """It allows PutEvents on this bus if all entries have these sources; only partners' have a wildcard."""

    def declare() -> None:
        own = bus()
        Function("job", HEALTH, runtime(), uses=[own.use(*sources)])

    policy = built(declare).inputs(ROLE_POLICY, "job")["policy"]

    assert statements(policy)[0] == {
        "Effect": "Allow",
        "Action": ["events:PutEvents"],
        "Resource": [BUS],
        "Condition": {
            f"ForAllValues:{operator}": {"events:source": list(sources)},
            "Null": {"events:source": "false"},
        },
    }


@pytest.mark.parametrize(
    ("sources", "message"),
    [
        (
            ("strata.orders",),
            "bus events: no source 'strata.orders': expected some of partner.*, strata.users",
        ),
        (("partner.acme",), "bus events: no source 'partner.acme': expected some of"),
        ((), "bus events: no source: expected some of partner.*, strata.users, webhook.stripe"),
    ],
)
def test_permission_to_publish_for_an_unknown_source_is_rejected(
    sources: tuple[str, ...], message: str
) -> None:
    """A function may publish only for sources of the catalogue."""
    rejected(lambda: bus().use(*sources), message.replace("*", r"\*"))


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
def test_rule_has_the_pattern_of_its_subscription(pattern: dict[str, Any]) -> None:
    """A pattern of sources and types in the catalogue is used unchanged."""
    graph = built(lambda: bus().subscribe("new", pattern, Queue("mails", runtime())))
    rule = dict(graph.inputs(RULE, "events-new"))

    assert json.loads(rule.pop("eventPattern")) == pattern
    assert rule == {"eventBusName": "events", "tags": tags("events")}


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ({"detail-type": ["user.created"]}, "the pattern names no source"),
        ({"source": []}, "the pattern names no source"),
        ({"source": ["strata.user"]}, "subscription events-new: no source 'strata.user': expected some of"),
        ({"source": ["partner.*"]}, r"no source 'partner.\*'"),
        ({"source": [{"prefix": "aws."}]}, "no source {'prefix': 'aws.'}"),
        ({"source": {"name": ["strata.users"]}}, "source: expected a list of some of partner"),
        ({"source": "strata.users"}, "source: 'strata.users': expected a list of at least one value"),
        ({"source": [{"anything-but": "x"}]}, "no source {'anything-but': 'x'}"),
        (
            {"source": ["strata.users"], "detail-type": ["order.placed"]},
            "no detail type 'order.placed': expected some of user.created, user.updated",
        ),
    ],
)
def test_pattern_outside_the_catalogue_is_rejected(pattern: dict[str, Any], message: str) -> None:
    """A misspelled source or type would match no event; the error names it and the known ones."""
    rejected(lambda: bus().subscribe("new", pattern, job()), message)


def test_rule_delivers_to_a_queue_for_a_day_then_dead_letters() -> None:
    """The target has its own dead-letter queue, and both queues allow the rule before it has a target."""
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
            tls_statement("sqs:*", queue_arn(name)),
            service_statement(
                "events.amazonaws.com", "sqs:SendMessage", queue_arn(name), rule_arn("events-new")
            ),
        ]
        assert f"{QUEUE_POLICY}::{name}" in dependencies(graph, TARGET, "events-new")
        assert f"{RULE}::events-new" in dependencies(graph, QUEUE_POLICY, name)


def test_rule_invokes_a_function_with_a_permission_of_its_own() -> None:
    """The permission names the rule, and the target depends on it."""
    graph = subscribed(job)

    assert graph.inputs(TARGET, "events-new")["arn"] == FUNCTION_ARN
    assert graph.inputs(PERMISSION, "job-events-new") == {
        "action": "lambda:InvokeFunction",
        "function": "job",
        "principal": "events.amazonaws.com",
        "sourceArn": rule_arn("events-new"),
    }
    assert f"{PERMISSION}::job-events-new" in dependencies(graph, TARGET, "events-new")


def test_synchronous_function_is_rejected_as_a_target() -> None:
    """A rule does not wait for the function, so the function must dead-letter failed invocations."""
    rejected(
        lambda: bus().subscribe("new", USERS, job(asynchronous=False)),
        "subscription events-new: function job is invoked asynchronously: declare it asynchronous=True",
    )


def test_rule_publishes_to_a_topic_with_a_permission_of_its_own() -> None:
    """The topic policy allows the rule, and the key policy allows EventBridge to encrypt."""
    graph = subscribed(lambda: Topic("news", Key("topics", settings())))
    arn = f"arn:aws:sns:{ACCOUNT}:news"

    assert graph.inputs(TARGET, "events-new")["arn"] == arn
    assert "roleArn" not in graph.inputs(TARGET, "events-new")
    assert statements(graph.inputs(TOPIC_POLICY, "news")["policy"])[1:] == [
        service_statement("events.amazonaws.com", "sns:Publish", arn, rule_arn("events-new"))
    ]
    assert statements(graph.inputs(KEY_POLICY, "topics")["policy"])[1:] == [
        {
            "Effect": "Allow",
            "Principal": {"Service": "events.amazonaws.com"},
            "Action": ["kms:Decrypt", "kms:GenerateDataKey*"],
            "Resource": "*",
        }
    ]
    assert f"{TOPIC_POLICY}::news" in dependencies(graph, TARGET, "events-new")


def test_rule_starts_a_state_machine_with_a_role_that_allows_only_this() -> None:
    """EventBridge assumes the role on behalf of this rule only."""
    graph = subscribed(machine)
    arn = f"arn:aws:states:{ACCOUNT}:stateMachine:flow"

    assert graph.inputs(TARGET, "events-new")["arn"] == arn
    assert graph.inputs(TARGET, "events-new")["roleArn"] == role_arn("events-new-role")
    assert granted(graph, "events-new-role") == [(["states:StartExecution"], [arn])]
    assert trust_policy(graph, "events-new-role") == trust_for("events.amazonaws.com", rule_arn("events-new"))


def test_external_delivery_has_a_key_a_rate_limit_and_a_role() -> None:
    """The key is a secret; EventBridge limits the rate, retries for a day, then dead-letters the event."""
    graph = built(lambda: bus().deliver("out", USERS, **EXTERNAL))
    destination = f"arn:aws:events:{ACCOUNT}:api-destination/events-out/1"

    assert graph.inputs(CONNECTION, "events-out") == {
        "authorizationType": "API_KEY",
        "authParameters": Secret({"apiKey": {"key": "X-Key", "value": "s3cr3t"}}),
    }
    assert graph.inputs(DESTINATION, "events-out") == {
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
    assert trust_policy(graph, "events-out-role") == trust_for("events.amazonaws.com", rule_arn("events-out"))


def test_delivery_without_tls_is_rejected_except_on_the_embedded_cloud() -> None:
    """The events and the key must be encrypted in transit, unless they stay on this machine."""
    plain = {**EXTERNAL, "url": "http://127.0.0.1:9000/in"}
    endpoint = {"aws:endpoints": json.dumps([{"sqs": "http://127.0.0.1:4566"}])}
    local = Settings.parse({"aws:region": "us-east-1", "strata:environment": "ephemeral", **endpoint})
    graph = built(lambda: bus(local).deliver("out", USERS, **plain))

    assert set(graph.of(DESTINATION)) == {"events-out"}
    rejected(
        lambda: bus().deliver("out", USERS, **plain),
        "delivery events-out: 'http://127.0.0.1:9000/in': expected an https:// URL",
    )


def test_subscription_that_eventbridge_rejects_is_rejected() -> None:
    """The name of a rule is unique on its bus and fits in the longest stack; a delivery has a rate."""

    def twice() -> None:
        own = bus()
        own.subscribe("new", USERS, Queue("mails", runtime()))
        own.deliver("new", USERS, **EXTERNAL)

    rejected(twice, "subscription events-new: declared twice: at ")
    rejected(
        lambda: bus().subscribe("a" * 34, USERS, Queue("mails", runtime())),
        "subscription events-a+: name of 41 characters: expected at most 40",
    )
    rejected(
        lambda: bus().deliver("out", USERS, **{**EXTERNAL, "rate_limit": 301}),
        "delivery events-out: rate_limit 301: expected 1 to 300",
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
"""AWS's limits on the lengths of names."""


def test_names_of_28_characters_fit_aws_in_the_longest_stack() -> None:
    """The components append to a subscription's name, and every derived name stays within its limit."""
    name = "a" * 28

    def declare() -> None:
        own = bus()
        own.subscribe(name, USERS, job())
        own.deliver(name.replace("a", "b"), USERS, **EXTERNAL)

    graph = built(declare)
    naming = Naming("${project}-${stack}-${name}-${hex(7)}", "strata", "pr-12345")
    named = [item for item in graph.resources.values() if item.type in LIMITS]

    assert {item.type for item in named} == set(LIMITS)
    for item in named:
        assert len(naming.propose(item.name, AutoName("name", LIMITS[item.type]))) <= LIMITS[item.type]
    assert max(len(item.inputs["targetId"]) for item in graph.of(TARGET).values()) <= 64


def test_inventory_lists_who_receives_which_events() -> None:
    """A subscription has the function behind its queue, its event types, and its dead-letter queues."""

    def declare() -> None:
        own = runtime()
        events = EventBus("events", CATALOGUE, own)
        queue = Queue("mails", own)
        events.subscribe("mails", {"source": ["strata.users"]}, queue)
        queue.consumer(HEALTH)
        events.subscribe(
            "jobs",
            {"source": ["partner.acme"], "detail-type": ["order.placed"]},
            Function("job", HEALTH, own, asynchronous=True),
        )
        pulumi.export("subscribers", own.inventory.outputs()["subscribers"])

    assert built(declare).outputs["subscribers"] == [
        {
            "function": "job",
            "types": ["order.placed"],
            "filtered": True,
            "deadLetters": ["events-jobs-dead-letters", "job-dead-letters"],
        },
        {
            "function": "health-read",
            "types": ["user.created", "user.updated"],
            "filtered": False,
            "deadLetters": ["events-mails-dead-letters", "mails-dead-letters"],
        },
    ]
