"""A Lambda function with its role, log group, dead-letter queue and bundle."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pulumi
import pulumi_aws as aws

from components.base import Component
from components.bundle import function_bundle
from components.dead_letters import DeadLetterQueue
from components.iam import Grant
from components.role import make_role
from components.runtime import ARCHITECTURE, Runtime
from components.trust import NoSource
from components.use import Use, env_of, grants_of
from settings import Asynchronous

LAMBDA = "lambda.amazonaws.com"
EXECUTION = NoSource("Lambda passes no source when it assumes an execution role")


class Function(Component):
    """A Lambda function, its role with one exact policy, and its log group.

    Args:
        handler: where the code is, such as `handlers.users.create:handler`.
        runtime: what the stack's functions share.
        uses: the permissions of the function, besides its own logs and traces, and its environment variables.
        files: generated files that go into the bundle, by their path in it.
        asynchronous: whether it is invoked without anyone waiting for the answer; then a failed invocation
            is tried again, and kept in a dead-letter queue in the end.
        memory: in MB; the stack's default where not given.
        timeout: in seconds; the stack's default where not given.
        reserved_concurrency: how many may run at once; not limited where not given.

    Attributes:
        function_name: the physical name.
        arn: what invokes it: the function's ARN, or its live alias's with SnapStart.
        invoke_arn: the same for API Gateway.
        qualifier: the live alias's name with SnapStart, else None.
        dead_letters: the dead-letter queue; only when asynchronous.
    """

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
        memory: int | None = None,
        timeout: int | None = None,
        reserved_concurrency: int | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        settings = runtime.settings.functions
        bundle = function_bundle(handler, files, platform=runtime.platform, tree=runtime.sources)
        log_group = aws.cloudwatch.LogGroup(
            name, retention_in_days=settings.log_retention_days, tags=self.tags, opts=self.child()
        )
        runtime.inventory.log_groups[name] = log_group.name
        if asynchronous:
            self.dead_letters = DeadLetterQueue(
                f"{name}-dead-letters", "function", runtime, opts=self.child()
            )
        own = self._own_grants(log_group, tracing=settings.tracing)
        role = make_role(self, name, LAMBDA, EXECUTION, runtime.settings, [*grants_of(uses), *own])
        function = aws.lambda_.Function(
            name,
            code=pulumi.FileArchive(str(bundle.path)),
            handler=bundle.handler,
            runtime=runtime.identifier,
            layers=[runtime.layer(layer) for layer in bundle.layers],
            role=role.arn,
            architectures=[ARCHITECTURE],
            memory_size=memory or settings.memory,
            timeout=timeout or settings.timeout,
            environment={"variables": {**self._own_env(settings.log_level), **env_of(name, uses)}},
            logging_config={
                "log_format": "JSON",
                "application_log_level": settings.log_level,
                "log_group": log_group.name,
            },
            tracing_config={"mode": "Active" if settings.tracing else "PassThrough"},
            reserved_concurrent_executions=reserved_concurrency,
            snap_start={"apply_on": "PublishedVersions"} if settings.snap_start else None,
            publish=settings.snap_start,
            tags=self.tags,
            # The policy first: a function that starts without it would be denied.
            opts=self.child(depends_on=[role.permissions]),
        )
        self.function_name = function.name
        self._expose(function, snap_start=settings.snap_start)
        self._retry(settings.asynchronous)
        self.register_outputs({"functionName": function.name, "arn": self.arn})

    def require_asynchronous(self, caller: str) -> None:
        """Refuse a caller that waits for no answer where nobody would keep what fails.

        Raises:
            ValueError: when the function was not declared asynchronous.
        """
        if not self.dead_letters:
            raise ValueError(
                f"{caller}: nobody waits for function {self.name}'s answer: declare it asynchronous=True"
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

    def _own_env(self, log_level: str) -> dict[str, str]:
        # The SDK puts the app id into its user agent: CloudTrail then tells which function called.
        return {"LOG_LEVEL": log_level, "AWS_SDK_UA_APP_ID": self.name}

    def _retry(self, asynchronous: Asynchronous) -> None:
        """Have Lambda try failed invocations again, and keep what fails for good with its error."""
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
            grants.append(Grant(verbs, ("*",), "X-Ray knows no resource for these actions"))
        if self.dead_letters:
            grants += self.dead_letters.use().grants
        return grants

    def _expose(self, function: aws.lambda_.Function, *, snap_start: bool) -> None:
        self.qualifier: pulumi.Output[str] | None = None
        self.arn, self.invoke_arn = function.arn, function.invoke_arn
        if snap_start:  # A snapshot is taken of published versions alone, so callers go to an alias.
            live = aws.lambda_.Alias(
                self.name,
                name="live",
                function_name=function.name,
                function_version=function.version,
                opts=self.child(),
            )
            self.qualifier, self.arn, self.invoke_arn = live.name, live.arn, live.invoke_arn


def name_of(handler: str) -> str:
    """A function's name, of its handler's: `handlers.users.create:handler` is `users-create`."""
    return handler.removeprefix("handlers.").partition(":")[0].replace(".", "-").replace("_", "-")
