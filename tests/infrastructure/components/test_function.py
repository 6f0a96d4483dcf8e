"""Functions.

These tests cannot show that Lambda retries as configured, nor that a snapshot can be restored.
"""

from __future__ import annotations

from components.function import Function
from components.use import Use
from tests.infrastructure.components.build import (
    FUNCTION,
    HEALTH,
    PERMISSION,
    QUEUE,
    ROLE_POLICY,
    function,
    queue_arn,
    role_arn,
    runtime,
    settings,
    tags,
)
from tools.graph import built, statements

ALIAS = "aws:lambda/alias:Alias"
INVOKE_CONFIG = "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig"


def test_function_has_complete_inputs() -> None:
    """All inputs: runtime, architecture, limits, logging, tracing, environment and its own role."""
    graph = function(uses=[Use(env={"TABLE": "users"})])
    inputs = dict(graph.inputs(FUNCTION, "job"))
    inputs.pop("code")
    inputs.pop("layers")

    assert inputs == {
        "architectures": ["arm64"],
        "environment": {"variables": {"AWS_SDK_UA_APP_ID": "job", "LOG_LEVEL": "INFO", "TABLE": "users"}},
        "handler": "handlers.health.read.handler",
        "loggingConfig": {"applicationLogLevel": "INFO", "logFormat": "JSON", "logGroup": "job"},
        "memorySize": 512,
        "publish": False,
        "role": role_arn("job"),
        "runtime": "python3.13",
        "tags": tags("job"),
        "timeout": 10,
        "tracingConfig": {"mode": "Active"},
    }


def test_function_may_only_write_its_logs_and_traces() -> None:
    """Without uses, the policy allows the function's own log streams and X-Ray."""
    graph = function()

    assert statements(graph.inputs(ROLE_POLICY, "job")["policy"]) == [
        {
            "Effect": "Allow",
            "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
            "Resource": ["arn:aws:logs:us-east-1:123456789012:log-group:job:log-stream:*"],
        },
        {
            "Effect": "Allow",
            "Action": ["xray:PutTelemetryRecords", "xray:PutTraceSegments"],
            "Resource": ["*"],
        },
    ]


def test_failed_asynchronous_invocation_is_retried_and_dead_lettered() -> None:
    """Lambda retries as the settings state, then sends the invocation to a queue that the role allows."""
    asynchronous = {"retries": 1, "maximumAge": 600}
    graph = function(settings(functions={"asynchronous": asynchronous}), asynchronous=True)
    queue = queue_arn("job-dead-letters")

    assert "deadLetterConfig" not in graph.inputs(FUNCTION, "job")
    assert graph.inputs(INVOKE_CONFIG, "job") == {
        "functionName": "job",
        "maximumRetryAttempts": 1,
        "maximumEventAgeInSeconds": 600,
        "destinationConfig": {"onFailure": {"destination": queue}},
    }
    assert {"Effect": "Allow", "Action": ["sqs:SendMessage"], "Resource": [queue]} in statements(
        graph.inputs(ROLE_POLICY, "job")["policy"]
    )


def test_retries_with_snap_start_are_configured_on_the_alias() -> None:
    """An invocation of the alias uses the alias's configuration, not the function's."""
    graph = function(settings(functions={"snapStart": True}), asynchronous=True, snap_start=True)
    retries = graph.inputs(INVOKE_CONFIG, "job")

    assert retries["qualifier"] == "live"


def test_synchronous_function_has_no_dead_letter_queue() -> None:
    """The caller receives the error."""
    graph = function()

    assert graph.of(QUEUE) == {}
    assert graph.of(INVOKE_CONFIG) == {}


def test_function_with_snap_start_is_invoked_through_its_alias() -> None:
    """Lambda takes snapshots of published versions, so permissions are for the alias."""
    graph = built(
        lambda: Function(
            "job", HEALTH, runtime(settings(functions={"snapStart": True})), snap_start=True
        ).allow_service("gateway", "apigateway.amazonaws.com", "arn:aws:execute-api:::x")
    )

    inputs = graph.inputs(FUNCTION, "job")
    assert (inputs["publish"], inputs["snapStart"]) == (True, {"applyOn": "PublishedVersions"})
    assert graph.inputs(ALIAS, "job") == {
        "name": "live",
        "functionName": "job",
        "functionVersion": "1",
    }
    assert graph.inputs(PERMISSION, "job-gateway")["qualifier"] == "live"


def test_limits_of_a_function_override_the_stack_s() -> None:
    """Memory, timeout and reserved concurrency can be set for one function."""
    inputs = function(memory=1024, timeout=3, reserved_concurrency=5).inputs(FUNCTION, "job")

    assert (inputs["memorySize"], inputs["timeout"], inputs["reservedConcurrentExecutions"]) == (1024, 3, 5)


def test_function_without_tracing_has_no_permission_to_trace() -> None:
    """An ephemeral stack has no tracing."""
    graph = function(settings("ephemeral"))
    document = graph.inputs(ROLE_POLICY, "job")["policy"]

    assert graph.inputs(FUNCTION, "job")["tracingConfig"] == {"mode": "PassThrough"}
    assert "xray" not in document
