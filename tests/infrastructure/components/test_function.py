"""Functions."""

from __future__ import annotations

from typing import Any

import pytest

from components.access import Public
from components.api import Api
from components.auth import Auth
from components.function import Function
from components.runtime import Runtime
from components.use import Use
from settings import Settings
from tests.infrastructure.components.build import ALARMS, HEALTH, settings
from tools.graph import Graph, built, statements

FUNCTION = "aws:lambda/function:Function"


def function(of: Settings | None = None, **arguments: Any) -> Graph:
    """The graph of one function."""
    return built(lambda: Function("job", HEALTH, Runtime("runtime", ALARMS, of or settings()), **arguments))


def test_a_function_declares_all_that_it_needs() -> None:
    """Its inputs are whole: runtime, architecture, limits, logging, tracing and its own role."""
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
        "role": "arn:aws:iam::123456789012:role/job",
        "runtime": "python3.13",
        "tags": {"project": "strata", "stack": "test", "component": "job"},
        "timeout": 10,
        "tracingConfig": {"mode": "Active"},
    }


def test_a_function_may_write_its_logs_and_traces_and_nothing_else() -> None:
    """Without grants a policy holds the function's own log streams and X-Ray."""
    graph = function()

    assert statements(graph.inputs("aws:iam/rolePolicy:RolePolicy", "job")["policy"]) == [
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


def test_an_asynchronous_function_tries_again_and_keeps_what_fails() -> None:
    """Lambda retries by the stack's settings, then puts the invocation into a queue that it may write to."""
    asynchronous = {"retries": 1, "maximumAge": 600}
    graph = function(settings(functions={"asynchronous": asynchronous}), asynchronous=True)
    queue = "arn:aws:sqs:us-east-1:123456789012:job-dead-letters"

    assert "deadLetterConfig" not in graph.inputs(FUNCTION, "job")
    assert graph.inputs("aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig", "job") == {
        "functionName": "job",
        "maximumRetryAttempts": 1,
        "maximumEventAgeInSeconds": 600,
        "destinationConfig": {"onFailure": {"destination": queue}},
    }
    assert {"Effect": "Allow", "Action": ["sqs:SendMessage"], "Resource": [queue]} in statements(
        graph.inputs("aws:iam/rolePolicy:RolePolicy", "job")["policy"]
    )


def test_the_retries_of_an_asynchronous_function_with_snap_start_are_its_alias_s() -> None:
    """An invocation through the alias has the alias's retries, not the function's."""
    graph = function(settings(functions={"snapStart": True}), asynchronous=True, snap_start=True)
    retries = graph.inputs("aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig", "job")

    assert retries["qualifier"] == "live"


def test_a_function_that_somebody_waits_for_keeps_no_dead_letters() -> None:
    """Who asked is told of the failure."""
    graph = function()

    assert graph.of("aws:sqs/queue:Queue") == {}
    assert graph.of("aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig") == {}


def test_a_function_with_snap_start_is_called_through_its_alias() -> None:
    """Snapshots are of published versions: permission and integration go to the alias."""
    graph = built(
        lambda: Function(
            "job",
            HEALTH,
            Runtime("runtime", ALARMS, settings(functions={"snapStart": True})),
            snap_start=True,
        ).allow_service("gateway", "apigateway.amazonaws.com", "arn:aws:execute-api:::x")
    )

    inputs = graph.inputs(FUNCTION, "job")
    assert (inputs["publish"], inputs["snapStart"]) == (True, {"applyOn": "PublishedVersions"})
    assert graph.inputs("aws:lambda/alias:Alias", "job") == {
        "name": "live",
        "functionName": "job",
        "functionVersion": "1",
    }
    assert graph.inputs("aws:lambda/permission:Permission", "job-gateway")["qualifier"] == "live"


def test_a_function_s_own_limits_win_over_the_stack_s() -> None:
    """Memory, timeout and reserved concurrency can be said for one function."""
    inputs = function(memory=1024, timeout=3, reserved_concurrency=5).inputs(FUNCTION, "job")

    assert (inputs["memorySize"], inputs["timeout"], inputs["reservedConcurrentExecutions"]) == (1024, 3, 5)


def test_tracing_off_needs_no_leave_to_trace() -> None:
    """An ephemeral stack traces nothing, and may not."""
    graph = function(settings("ephemeral"))
    document = graph.inputs("aws:iam/rolePolicy:RolePolicy", "job")["policy"]

    assert graph.inputs(FUNCTION, "job")["tracingConfig"] == {"mode": "PassThrough"}
    assert "xray" not in document


def api(access: dict[str, Any], *routes: str, authorizers: tuple[str, ...] = ()) -> Graph:
    """The graph of an API whose routes are all answered by one function each."""

    def declare() -> None:
        runtime = Runtime("runtime", ALARMS, settings())
        scopes = {"a/b": "c", "users/read": "d"}
        auth = Auth("auth", scopes, "handlers.auth.pre_token:handler", runtime)
        gateway = Api("api", access, auth, runtime)
        for name in authorizers:
            gateway.authorizer(name, HEALTH)
        gateway.route(list(routes), HEALTH)
        gateway.deploy()

    return built(declare)


def test_a_route_without_a_function_is_refused() -> None:
    """Nothing is announced that nobody answers."""
    with pytest.raises(ValueError, match="api api: no function handles GET /b"):
        api({"GET /a": Public("a test"), "GET /b": Public("a test")}, "GET /a")
