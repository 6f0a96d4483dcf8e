"""Every asynchronous hop of every stack is retried, then dead-lettered; AWS stacks that last have alarms.

These tests cannot show that AWS retries as configured.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.infrastructure.conftest import STACKS
from tools.graph import Graph, statements, whole

ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
ALARMS = "arn:aws:sns:us-east-1:123456789012:alarms"
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
def graph(request: pytest.FixtureRequest) -> Graph:
    """The graph of each stack in turn, and of one with an external delivery."""
    if request.param in STACKS:
        return whole(request.param)
    return whole("dev", secrets=("strata:events",), strata__events={"deliveries": DELIVERIES})


def dead_letter_queues(graph: Graph) -> dict[str, str]:
    """Return the queues of the dead-letter component, as ARN → name."""
    names = {
        name
        for name, item in graph.of(QUEUE).items()
        if graph.resources[item.parent].type == "strata:components:DeadLetterQueue"
    }
    return {f"arn:aws:sqs:us-east-1:123456789012:{name}": name for name in names}


def alarmed(graph: Graph) -> set[str]:
    """Return the names of the queues with an alarm for their first message."""
    return {
        alarm.inputs["dimensions"]["QueueName"]
        for alarm in graph.of(ALARM).values()
        if alarm.inputs["namespace"] == "AWS/SQS"
        and alarm.inputs["metricName"] == "ApproximateNumberOfMessagesVisible"
        and (alarm.inputs["comparisonOperator"], alarm.inputs["threshold"]) == ("GreaterThanThreshold", 0)
        and alarm.inputs["alarmActions"] == [ALARMS]
    }


def hops_of(graph: Graph) -> dict[str, tuple[bool, str]]:
    """Return every asynchronous hop: whether it is retried, and the ARN of its dead-letter queue."""
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
        # A dead-letter queue for the emails of alarms would raise an alarm that is sent by the same email.
        if (item.inputs["protocol"], item.inputs["topic"]) == ("email", ALARMS):
            continue
        # SNS retries a queue for 23 days; a subscription cannot configure it.
        hops[f"{SUBSCRIPTION} {name}"] = (True, _dead_letter_arn(item.inputs))
    for name, item in graph.of(MAPPING).items():
        source = item.inputs["eventSourceArn"].rpartition(":")[2]
        if source in graph.of(QUEUE):
            queue = graph.inputs(QUEUE, source)
            hops[f"{MAPPING} {name}"] = (_maximum_receives(queue) > 1, _dead_letter_arn(queue))
        else:
            on_failure = item.inputs["destinationConfig"]["onFailure"]["destinationArn"]
            hops[f"{MAPPING} {name}"] = (item.inputs["maximumRetryAttempts"] > 0, on_failure)
    return hops


def test_every_asynchronous_hop_is_retried_and_dead_lettered(graph: Graph) -> None:
    """This includes rules, schedules, event source mappings, subscriptions and asynchronous functions."""
    queues = dead_letter_queues(graph)
    hops = hops_of(graph)

    assert {name: queue for name, (_, queue) in hops.items() if queue not in queues} == {}
    assert [name for name, (retried, _) in hops.items() if not retried] == []
    assert {name.partition(" ")[0] for name in hops} == {TARGET, SCHEDULE, INVOKE, SUBSCRIPTION, MAPPING}


@pytest.mark.parametrize("stack", STACKS)
def test_every_dead_letter_queue_has_an_alarm_unless_the_stack_is_ephemeral(stack: str) -> None:
    """An ephemeral stack has no alarm at all."""
    graph = whole(stack)
    queues = set(dead_letter_queues(graph).values())

    assert queues
    assert alarmed(graph) == (set() if stack == "local" else queues)
    assert stack != "local" or graph.of(ALARM) == {}


def test_every_queue_consumer_has_a_limit_of_concurrency(graph: Graph) -> None:
    """Otherwise one burst or replay takes all concurrent executions of the account from the API."""
    queues = {
        name: item.inputs.get("scalingConfig", {}).get("maximumConcurrency")
        for name, item in graph.of(MAPPING).items()
        if item.inputs["eventSourceArn"].rpartition(":")[2] in graph.of(QUEUE)
    }

    assert len(queues) >= 4
    assert {name for name, limit in queues.items() if limit is None or not 2 <= limit <= 1_000} == set()


def test_every_hop_has_its_own_dead_letter_queue(graph: Graph) -> None:
    """The queue of a message identifies the hop that failed, and no dead-letter queue is unused."""
    queues = sorted(queue for _, queue in hops_of(graph).values())

    assert queues == sorted(dead_letter_queues(graph))


def test_every_function_that_is_invoked_asynchronously_has_an_on_failure_queue(graph: Graph) -> None:
    """This includes every function that EventBridge, SNS, S3 or a schedule may invoke."""
    invoked = {
        item.inputs["function"]
        for item in graph.of("aws:lambda/permission:Permission").values()
        if item.inputs["principal"] in ("events.amazonaws.com", "sns.amazonaws.com", "s3.amazonaws.com")
    } | {item.inputs["target"]["arn"].rpartition(":")[2] for item in graph.of(SCHEDULE).values()}

    assert invoked == {item.inputs["functionName"] for item in graph.of(INVOKE).values()}


def test_every_queue_and_topic_is_encrypted_and_denies_plain_http(graph: Graph) -> None:
    """There is no exception for any component or sender."""
    queues, topics = graph.of(QUEUE), graph.of(TOPIC)
    policies = {
        item.inputs["queueUrl"].rpartition("/")[2]: item.inputs["policy"]
        for item in graph.of(QUEUE_POLICY).values()
    } | {
        item.inputs["arn"].rpartition(":")[2]: item.inputs["policy"]
        for item in graph.of(TOPIC_POLICY).values()
    }

    assert {name for name, item in queues.items() if item.inputs["sqsManagedSseEnabled"]} == set(queues)
    assert {name for name, item in topics.items() if item.inputs["kmsMasterKeyId"]} == set(topics)
    assert set(policies) == {*queues, *topics}
    denying = {name for name, policy in policies.items() if any(map(_denies_plain_http, statements(policy)))}
    assert denying == {*queues, *topics}


def test_visibility_timeout_is_six_times_the_timeout_of_the_consumer(graph: Graph) -> None:
    """Lambda retries a throttled batch itself, and the messages must stay invisible until then."""
    for item in graph.of(MAPPING).values():
        source = item.inputs["eventSourceArn"].rpartition(":")[2]
        if source in graph.of(QUEUE):
            function = graph.inputs(FUNCTION, item.inputs["functionName"].rpartition(":")[2])
            visibility = graph.inputs(QUEUE, source)["visibilityTimeoutSeconds"]
            assert visibility == 6 * function["timeout"], source


def test_stream_dead_letters_a_change_before_dynamodb_removes_it(graph: Graph) -> None:
    """A failing change is isolated and dead-lettered while its position in the stream can still be read."""
    mappings = [
        item.inputs for item in graph.of(MAPPING).values() if "/stream/" in item.inputs["eventSourceArn"]
    ]

    assert mappings
    for mapping in mappings:
        assert mapping["bisectBatchOnFunctionError"] is True
        assert mapping["functionResponseTypes"] == ["ReportBatchItemFailures"]
        assert mapping["startingPosition"] == "TRIM_HORIZON"
        assert 0 < mapping["maximumRecordAgeInSeconds"] < 24 * 3600


def test_environment_variables_fit_lambda(graph: Graph) -> None:
    """Lambda's limit is 4 KB in all; the variables fit even with the longest physical names."""
    longest = len("https://sqs.ap-southeast-1.amazonaws.com/123456789012/strata-pr-12345-") + len("-1234567")
    declared = len("https://sqs.us-east-1.amazonaws.com/123456789012/")

    for name, item in graph.of(FUNCTION).items():
        variables = item.inputs["environment"]["variables"]
        size = sum(len(key) + len(str(value)) for key, value in variables.items())
        queues = str(variables.get("DEAD_LETTERS", "")).count("https://")
        assert size + queues * (longest - declared) < 4_096, name


def _maximum_receives(queue: Any) -> int:
    return _redrive(queue)["maxReceiveCount"]


def _dead_letter_arn(inputs: Any) -> str:
    return _redrive(inputs)["deadLetterTargetArn"]


def _redrive(inputs: Any) -> dict[str, Any]:
    return json.loads(inputs["redrivePolicy"])


def _denies_plain_http(statement: dict[str, Any]) -> bool:
    return (statement["Effect"], statement["Principal"], statement.get("Condition")) == (
        "Deny",
        "*",
        {"Bool": {"aws:SecureTransport": "false"}},
    )
