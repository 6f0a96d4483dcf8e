"""The heart: a Lambda function with everything that it needs and nothing that it does not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pulumi
import pulumi_aws as aws

from components.base import Component
from components.bundle import function_bundle
from components.dead_letters import DeadLetterQueue
from components.iam import Grant, policy, trust
from components.runtime import ARCHITECTURE, Runtime
from settings import Asynchronous


class Function(Component):
    """A Lambda function, its role with one exact policy, and its log group.

    Args:
        handler: where the code is, such as `handlers.users.create:handler`.
        runtime: what the stack's functions share.
        env: environment variables: the only way a handler learns a name.
        grants: all that the function may do besides writing its own logs and traces.
        files: generated files that go into the bundle, by their path in it.
        asynchronous: whether it is invoked without anyone waiting for the answer; then a failed invocation
            is tried again, and kept in a dead-letter queue in the end.
        snap_start: whether callers wait for this function; where the stack's settings turn SnapStart on, it
            then starts from a snapshot of its published version.
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
        *,
        runtime: Runtime,
        env: Mapping[str, pulumi.Input[str]] | None = None,
        grants: Sequence[Grant] = (),
        files: Mapping[str, str] | None = None,
        asynchronous: bool = False,
        snap_start: bool = False,
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
                f"{name}-dead-letters", runtime=runtime, kind="function", opts=self.child()
            )
        own = self._own_grants(log_group, tracing=settings.tracing)
        snapshots = snap_start and settings.snap_start
        role, permissions = self._role([*grants, *own], runtime.settings.permissions_boundary)
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
            environment={"variables": {**self._own_env(settings.log_level), **(env or {})}},
            logging_config={
                "log_format": "JSON",
                "application_log_level": settings.log_level,
                "log_group": log_group.name,
            },
            tracing_config={"mode": "Active" if settings.tracing else "PassThrough"},
            reserved_concurrent_executions=reserved_concurrency,
            snap_start={"apply_on": "PublishedVersions"} if snapshots else None,
            publish=snapshots,
            tags=self.tags,
            # The policy first: a function that starts without it would be denied.
            opts=self.child(depends_on=[permissions]),
        )
        self.function_name = function.name
        self._expose(function, snap_start=snapshots)
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

    def allow_invoke(
        self, name: str, principal: str, source_arn: pulumi.Input[str]
    ) -> aws.lambda_.Permission:
        """Let an AWS service invoke the function for one source alone."""
        return aws.lambda_.Permission(
            f"{self.name}-{name}",
            action="lambda:InvokeFunction",
            function=self.function_name,
            qualifier=self.qualifier,
            principal=principal,
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
        self.dead_letters.back_to(self.function_name)
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
            grants.append(self.dead_letters.grant_send())
        return grants

    def _role(self, grants: Sequence[Grant], boundary: str | None) -> tuple[aws.iam.Role, aws.iam.RolePolicy]:
        role = aws.iam.Role(
            self.name,
            assume_role_policy=trust("lambda.amazonaws.com"),
            permissions_boundary=boundary,
            tags=self.tags,
            opts=self.child(),
        )
        permissions = aws.iam.RolePolicy(self.name, role=role.name, policy=policy(grants), opts=self.child())
        return role, permissions

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


def name_of(handler: str) -> str:
    """A function's name, of its handler's: `handlers.users.create:handler` is `users-create`."""
    return handler.removeprefix("handlers.").partition(":")[0].replace(".", "-").replace("_", "-")
