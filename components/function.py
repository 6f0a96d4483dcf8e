"""A Lambda function with its role, log group, dead-letter queue and bundle."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
import pulumi_aws as aws

from components import limits
from components.base import Component
from components.bundle import Bundle, function_bundle
from components.dead_letters import DeadLetterQueue
from components.iam import Grant
from components.role import Role, make_role
from components.runtime import ARCHITECTURE, Runtime
from components.trust import NoSource
from components.use import Use, env_of, grants_of
from settings import Asynchronous

LAMBDA = "lambda.amazonaws.com"
EXECUTION = NoSource("Lambda passes no source when it assumes an execution role")


class Function(Component):
    """A Lambda function, its role with one exact policy, and its log group.

    Example:
        Function("orders-read", handler, runtime, uses=[orders.use("GetItem")], memory=256)

    Args:
        handler: the entry point, such as `handlers.users.create:handler`.
        runtime: what the stack's functions share.
        uses: the permissions of the function, besides its own logs and traces, and its environment variables.
        files: generated files to add to the bundle, by their path in it.
        asynchronous: whether callers do not wait for the result; Lambda then retries a failed invocation
            and finally sends it to a dead-letter queue.
        snap_start: whether callers wait for the function; if the stack's settings turn SnapStart on, it
            then starts from a snapshot of its published version.
        memory: in MB; the stack's default if None.
        timeout: in seconds; the stack's default if None.
        reserved_concurrency: the number of concurrent executions; not reserved if None.

    Attributes:
        function_name: the physical name.
        arn: the ARN to invoke: the function's, or with SnapStart its live alias's.
        invoke_arn: the same for API Gateway.
        qualifier: the live alias's name with SnapStart, else None.
        dead_letters: the dead-letter queue; only if asynchronous.

    Raises:
        ValueError: for limits or environment variables that Lambda would reject, or a variable that is set
            twice.
    """

    name_limit = 64
    dead_letters: DeadLetterQueue | None = None

    def __init__(
        self,
        name: str,
        handler: str,
        runtime: Runtime,
        *,
        uses: Sequence[Use] = (),
        files: Mapping[str, str] | None = None,
        asynchronous: bool = False,
        snap_start: bool = False,
        memory: int | None = None,
        timeout: int | None = None,
        reserved_concurrency: int | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        settings = runtime.settings.functions
        snapshots = snap_start and settings.snap_start
        variables = _variables(name, settings.log_level, uses)
        _require(name, memory, timeout, reserved_concurrency)
        super().__init__(name, opts)
        log_group = self._log_group(runtime)
        if asynchronous:
            self.dead_letters = self._dead_letter_queue(runtime)
        grants = [*grants_of(uses), *self._own_grants(log_group, tracing=settings.tracing)]
        function = self._function(
            function_bundle(handler, files, platform=runtime.platform, tree=runtime.sources),
            runtime,
            make_role(self, name, LAMBDA, EXECUTION, runtime.settings, grants),
            memory_size=memory or settings.memory,
            timeout=timeout or settings.timeout,
            environment={"variables": variables},
            logging_config=_json_logs(settings.log_level, log_group),
            reserved_concurrent_executions=reserved_concurrency,
            snap_start={"apply_on": "PublishedVersions"} if snapshots else None,
            publish=snapshots,
        )
        self.function_name = function.name
        self._expose(function, snap_start=snapshots)
        self._retry(settings.asynchronous)
        self.register_outputs({"functionName": function.name, "arn": self.arn})

    def _function(self, bundle: Bundle, runtime: Runtime, role: Role, **inputs: Any) -> aws.lambda_.Function:
        """Create the function with its code, runtime, layers and role, and the other inputs."""
        tracing = runtime.settings.functions.tracing
        return aws.lambda_.Function(
            self.name,
            code=pulumi.FileArchive(str(bundle.path)),
            handler=bundle.handler,
            runtime=runtime.identifier,
            layers=[runtime.layer(layer) for layer in bundle.layers],
            architectures=[ARCHITECTURE],
            tracing_config={"mode": "Active" if tracing else "PassThrough"},
            role=role.arn,
            tags=self.tags,
            # Without the policy in place, the first invocations would be denied.
            opts=self.child(depends_on=[role.permissions]),
            **inputs,
        )

    def require_asynchronous(self, caller: str) -> None:
        """Reject an asynchronous caller of a function that would lose failed invocations.

        Raises:
            ValueError: if the function was not declared asynchronous.
        """
        if not self.dead_letters:
            raise ValueError(
                f"{caller}: function {self.name} is invoked asynchronously: declare it asynchronous=True"
            )

    def allow_service(self, name: str, service: str, source_arn: pulumi.Input[str]) -> aws.lambda_.Permission:
        """Allow an AWS service to invoke the function on behalf of one source."""
        return aws.lambda_.Permission(
            f"{self.name}-{name}",
            action="lambda:InvokeFunction",
            function=self.function_name,
            qualifier=self.qualifier,
            principal=service,
            source_arn=source_arn,
            opts=self.child(),
        )

    def _dead_letter_queue(self, runtime: Runtime) -> DeadLetterQueue:
        return DeadLetterQueue(f"{self.name}-dead-letters", "function", runtime, opts=self.child())

    def _log_group(self, runtime: Runtime) -> aws.cloudwatch.LogGroup:
        log_group = aws.cloudwatch.LogGroup(
            self.name,
            retention_in_days=runtime.settings.functions.log_retention_days,
            tags=self.tags,
            opts=self.child(),
        )
        runtime.inventory.log_groups[self.name] = log_group.name
        return log_group

    def _retry(self, asynchronous: Asynchronous) -> None:
        """Configure Lambda's retries and the destination of invocations that keep failing."""
        if not self.dead_letters:
            return
        self.dead_letters.redrive_to(self.function_name)
        aws.lambda_.FunctionEventInvokeConfig(
            self.name,
            function_name=self.function_name,
            qualifier=self.qualifier,
            maximum_retry_attempts=asynchronous.retries,
            maximum_event_age_in_seconds=asynchronous.maximum_age,
            destination_config={"on_failure": {"destination": self.dead_letters.arn}},
            opts=self.child(),
        )

    def _own_grants(self, log_group: aws.cloudwatch.LogGroup, *, tracing: bool) -> list[Grant]:
        streams = pulumi.Output.concat(log_group.arn, ":log-stream:*")
        grants = [
            Grant(("logs:CreateLogStream", "logs:PutLogEvents"), (streams,), "Lambda names the streams")
        ]
        if tracing:
            verbs = ("xray:PutTraceSegments", "xray:PutTelemetryRecords")
            grants.append(Grant(verbs, ("*",), "X-Ray has no resource-level permissions for these actions"))
        if self.dead_letters:
            grants += self.dead_letters.use().grants
        return grants

    def _expose(self, function: aws.lambda_.Function, *, snap_start: bool) -> None:
        self.qualifier: pulumi.Output[str] | None = None
        self.arn, self.invoke_arn = function.arn, function.invoke_arn
        if snap_start:  # Lambda takes snapshots of published versions only, so callers use an alias.
            live = aws.lambda_.Alias(
                self.name,
                name="live",
                function_name=function.name,
                function_version=function.version,
                opts=self.child(),
            )
            self.qualifier, self.arn, self.invoke_arn = live.name, live.arn, live.invoke_arn


def _variables(name: str, log_level: str, uses: Sequence[Use]) -> dict[str, pulumi.Input[str]]:
    # The SDK adds the app id to its user agent, so CloudTrail shows which function made a call.
    own = Use(env={"LOG_LEVEL": log_level, "AWS_SDK_UA_APP_ID": name})
    variables = env_of(name, [own, *uses])
    limits.check_variables(f"function {name}", variables)
    return variables


def _require(name: str, memory: int | None, timeout: int | None, reserved_concurrency: int | None) -> None:
    who = f"function {name}"
    limits.MEMORY.check(who, "memory", memory)
    limits.FUNCTION_TIMEOUT.check(who, "timeout", timeout)
    limits.RESERVED_CONCURRENCY.check(who, "reserved_concurrency", reserved_concurrency)


def name_of(handler: str) -> str:
    """Return the function name of a handler: `handlers.users.create:handler` is `users-create`."""
    return handler.removeprefix("handlers.").partition(":")[0].replace(".", "-").replace("_", "-")


def _json_logs(level: str, log_group: aws.cloudwatch.LogGroup) -> aws.lambda_.FunctionLoggingConfigArgsDict:
    return {"log_format": "JSON", "application_log_level": level, "log_group": log_group.name}
