"""Every asynchronous hop of every stack: it is tried again, then kept, and somebody is told."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.infrastructure.conftest import STACKS
from tools.graph import Graph, statements, whole

ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
FUNCTION = "aws:lambda/function:Function"
INVOKE = "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig"
MAPPING = "aws:lambda/eventSourceMapping:EventSourceMapping"
QUEUE = "aws:sqs/queue:Queue"
QUEUE_POLICY = "aws:sqs/queuePolicy:QueuePolicy"
SCHEDULE = "aws:scheduler/schedule:Schedule"
SUBSCRIPTION = "aws:sns/topicSubscription:TopicSubscription"
TARGET = "aws:cloudwatch/eventTarget:EventTarget"
TOPIC = "aws:sns/topic:Topic"
TOPIC_POLICY = "aws:sns/topicPolicy:TopicPolicy"

DELIVERIES = {
    "crm": {"url": "https://crm.example.com/events", "events": ["user.created", "order.placed"], "key": "k"}
}


@pytest.fixture(scope="module", params=[*STACKS, "dev with a delivery"])
def every(request: pytest.FixtureRequest) -> Graph:
    """Each stack, and one that tells somebody outside."""
    if request.param in STACKS:
        return whole(request.param)
    return whole("dev", secrets=("strata:events",), strata__events={"deliveries": DELIVERIES})


def dead_letters(graph: Graph) -> dict[str, str]:
    """The dead-letter queues that raise an alarm as soon as anything is in them: name by ARN."""
    watched = {
        alarm.inputs["dimensions"]["QueueName"]
        for alarm in graph.of(ALARM).values()
        if alarm.inputs["namespace"] == "AWS/SQS"
        and alarm.inputs["metricName"] == "ApproximateNumberOfMessagesVisible"
        and (alarm.inputs["comparisonOperator"], alarm.inputs["threshold"]) == ("GreaterThanThreshold", 0)
        and alarm.inputs["alarmActions"] == ["arn:aws:sns:us-east-1:123456789012:alarms"]
    }
    return {f"arn:aws:sqs:us-east-1:123456789012:{name}": name for name in watched}


def kept_by(graph: Graph) -> dict[str, tuple[bool, str]]:
    """Every asynchronous hop: whether it is tried again, and the ARN of what keeps what it gives up."""
    hops: dict[str, tuple[bool, str]] = {}
    for kind in (TARGET, SCHEDULE):
        for name, item in graph.of(kind).items():
            target: Any = item.inputs if kind == TARGET else item.inputs["target"]
            hops[f"{kind} {name}"] = (
                target["retryPolicy"]["maximumRetryAttempts"] > 0,
                target["deadLetterConfig"]["arn"],
            )
    for name, item in graph.of(INVOKE).items():
        hops[f"{INVOKE} {name}"] = (
            item.inputs["maximumRetryAttempts"] > 0,
            item.inputs["destinationConfig"]["onFailure"]["destination"],
        )
    for name, item in graph.of(SUBSCRIPTION).items():
        # SNS itself tries a queue for 23 days; that cannot be said of one subscription.
        hops[f"{SUBSCRIPTION} {name}"] = (True, _redriven_to(item.inputs))
    for name, item in graph.of(MAPPING).items():
        source = item.inputs["eventSourceArn"].rpartition(":")[2]
        if source in graph.of(QUEUE):
            queue = graph.inputs(QUEUE, source)
            hops[f"{MAPPING} {name}"] = (_receives(queue) > 1, _redriven_to(queue))
        else:
            on_failure = item.inputs["destinationConfig"]["onFailure"]["destinationArn"]
            hops[f"{MAPPING} {name}"] = (item.inputs["maximumRetryAttempts"] > 0, on_failure)
    return hops


def test_every_asynchronous_hop_is_tried_again_and_kept_where_an_alarm_rings(every: Graph) -> None:
    """Rules, schedules, mappings, subscriptions and asynchronous functions alike; none is left out."""
    watched = dead_letters(every)
    hops = kept_by(every)

    assert {name: kept for name, (_, kept) in hops.items() if kept not in watched} == {}
    assert [name for name, (again, _) in hops.items() if not again] == []
    assert {name.partition(" ")[0] for name in hops} == {TARGET, SCHEDULE, INVOKE, SUBSCRIPTION, MAPPING}


def test_no_two_hops_share_their_dead_letters(every: Graph) -> None:
    """What lies in a queue says by that alone who gave it up, and no such queue is without a hop."""
    kept = sorted(kept for _, kept in kept_by(every).values())

    assert kept == sorted(dead_letters(every))


def test_every_function_that_is_invoked_by_events_says_what_becomes_of_failures(every: Graph) -> None:
    """Whoever lets EventBridge or SNS invoke a function, or schedules it, has an on-failure queue."""
    invoked = {
        item.inputs["function"]
        for item in every.of("aws:lambda/permission:Permission").values()
        if item.inputs["principal"] in ("events.amazonaws.com", "sns.amazonaws.com", "s3.amazonaws.com")
    } | {item.inputs["target"]["arn"].rpartition(":")[2] for item in every.of(SCHEDULE).values()}

    assert invoked == {item.inputs["functionName"] for item in every.of(INVOKE).values()}


def test_every_queue_and_topic_is_encrypted_and_refuses_plain_http(every: Graph) -> None:
    """Without exception, whoever made it and whoever sends to it."""
    queues, topics = every.of(QUEUE), every.of(TOPIC)
    policies = {
        item.inputs["queueUrl"].rpartition("/")[2]: item.inputs["policy"]
        for item in every.of(QUEUE_POLICY).values()
    } | {
        item.inputs["arn"].rpartition(":")[2]: item.inputs["policy"]
        for item in every.of(TOPIC_POLICY).values()
    }

    assert {name for name, item in queues.items() if item.inputs["sqsManagedSseEnabled"]} == set(queues)
    assert {name for name, item in topics.items() if item.inputs["kmsMasterKeyId"]} == set(topics)
    assert set(policies) == {*queues, *topics}
    refusing = {
        name for name, policy in policies.items() if any(map(_refuses_plain_http, statements(policy)))
    }
    assert refusing == {*queues, *topics}


def test_every_queue_hides_a_message_six_times_as_long_as_its_consumer_may_take(every: Graph) -> None:
    """Lambda tries a throttled batch again by itself, and needs the message hidden until then."""
    for item in every.of(MAPPING).values():
        source = item.inputs["eventSourceArn"].rpartition(":")[2]
        if source in every.of(QUEUE):
            function = every.inputs(FUNCTION, item.inputs["functionName"].rpartition(":")[2])
            hidden = every.inputs(QUEUE, source)["visibilityTimeoutSeconds"]
            assert hidden == 6 * function["timeout"], source


def test_a_stream_gives_up_a_change_before_dynamodb_forgets_it(every: Graph) -> None:
    """One bad change is soon alone, is given up, and its place in the stream can still be read."""
    (mapping,) = [
        item.inputs for item in every.of(MAPPING).values() if "/stream/" in item.inputs["eventSourceArn"]
    ]

    assert mapping["bisectBatchOnFunctionError"] is True
    assert mapping["functionResponseTypes"] == ["ReportBatchItemFailures"]
    assert mapping["startingPosition"] == "TRIM_HORIZON"
    assert 0 < mapping["maximumRecordAgeInSeconds"] < 24 * 3600


def test_environment_variables_fit_lambda(every: Graph) -> None:
    """Lambda takes 4 KB of them in all; with the longest names that AWS gives they still fit."""
    longest = len("https://sqs.ap-southeast-1.amazonaws.com/123456789012/strata-pr-12345-") + len("-1234567")
    declared = len("https://sqs.us-east-1.amazonaws.com/123456789012/")

    for name, item in every.of(FUNCTION).items():
        variables = item.inputs["environment"]["variables"]
        size = sum(len(key) + len(str(value)) for key, value in variables.items())
        queues = str(variables.get("DEAD_LETTERS", "")).count("https://")
        assert size + queues * (longest - declared) < 4_096, name


def _receives(queue: Any) -> int:
    return _redrive(queue)["maxReceiveCount"]


def _redriven_to(inputs: Any) -> str:
    return _redrive(inputs)["deadLetterTargetArn"]


def _redrive(inputs: Any) -> dict[str, Any]:
    return json.loads(inputs["redrivePolicy"])


def _refuses_plain_http(statement: dict[str, Any]) -> bool:
    return (statement["Effect"], statement["Principal"], statement.get("Condition")) == (
        "Deny",
        "*",
        {"Bool": {"aws:SecureTransport": "false"}},
    )
