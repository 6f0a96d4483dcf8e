"""The heart: a Lambda function with everything that it needs and nothing that it does not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pulumi
import pulumi_aws as aws

from components.base import Component
from components.bundle import function_bundle
from components.iam import Grant, policy, trust
from components.runtime import ARCHITECTURE, Runtime

DEAD_LETTER_SECONDS = 14 * 24 * 3600
"""How long a dead-letter queue keeps a message: SQS's longest."""


class Function(Component):
    """A Lambda function, its role with one exact policy, and its log group.

    Args:
        handler: where the code is, such as `handlers.users.create:handler`.
        runtime: what the stack's functions share.
        env: environment variables: the only way a handler learns a name.
        grants: all that the function may do besides writing its own logs and traces.
        files: generated files that go into the bundle, by their path in it.
        asynchronous: whether it is invoked by events; then it has a dead-letter queue.
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

    dead_letters: aws.sqs.Queue | None = None

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
        if asynchronous:
            self.dead_letters = self._dead_letter_queue()
        own = self._own_grants(log_group, tracing=settings.tracing)
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
            dead_letter_config={"target_arn": self.dead_letters.arn} if self.dead_letters else None,
            reserved_concurrent_executions=reserved_concurrency,
            snap_start={"apply_on": "PublishedVersions"} if settings.snap_start else None,
            publish=settings.snap_start,
            tags=self.tags,
            # The policy first: a function that starts without it would be denied.
            opts=self.child(depends_on=[permissions]),
        )
        self.function_name = function.name
        self._expose(function, snap_start=settings.snap_start)
        self.register_outputs({"functionName": function.name, "arn": self.arn})

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

    def _dead_letter_queue(self) -> aws.sqs.Queue:
        return aws.sqs.Queue(
            f"{self.name}-dead-letters",
            message_retention_seconds=DEAD_LETTER_SECONDS,
            sqs_managed_sse_enabled=True,
            tags=self.tags,
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
            grants.append(Grant(("sqs:SendMessage",), (self.dead_letters.arn,)))
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
        if snap_start:  # A snapshot is taken of published versions alone, so callers go to an alias.
            live = aws.lambda_.Alias(
                self.name,
                name="live",
                function_name=function.name,
                function_version=function.version,
                opts=self.child(),
            )
            self.qualifier, self.arn, self.invoke_arn = live.name, live.arn, live.invoke_arn
