"""Schedules: a function that EventBridge Scheduler invokes."""

from __future__ import annotations

from typing import Any

import pulumi
import pulumi_aws as aws

from components import limits
from components.base import Component
from components.dead_letters import RETRY, DeadLetterQueue
from components.expression import fault, time_zone_fault
from components.function import Function
from components.iam import Grant
from components.role import ServiceRole
from components.runtime import Runtime
from components.trust import SourceArn

SCHEDULER = "scheduler.amazonaws.com"


class Schedule(Component):
    """A schedule that invokes one function, with a role that allows only this.

    Example:
        Schedule("nightly", job, "cron(0 3 * * ? *)", runtime, time_zone="Europe/Berlin")

    Args:
        function: the function to invoke; it must be asynchronous.
        expression: `cron(0 3 * * ? *)`, `rate(1 hour)` or `at(2030-01-01T00:00:00)`.
        time_zone: an IANA time zone, such as `Europe/Berlin`; daylight saving time is applied.
        flexible_minutes: the window in which an invocation may start late, 1 to 1,440 minutes, to spread
            load; none by default.

    Raises:
        ValueError: for an expression, a time zone or a window that AWS would reject, or a function that is
            not asynchronous.
    """

    name_limit = 64

    def __init__(
        self,
        name: str,
        function: Function,
        expression: str,
        runtime: Runtime,
        *,
        time_zone: str = "UTC",
        flexible_minutes: int | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        if expected := fault(expression):
            raise ValueError(f"schedule {name}: {expression!r}: {expected}")
        if expected := time_zone_fault(time_zone):
            raise ValueError(f"schedule {name}: time zone {time_zone!r}: {expected}")
        limits.FLEXIBLE_MINUTES.check(f"schedule {name}", "flexible_minutes", flexible_minutes)
        function.require_asynchronous(f"schedule {name}")
        super().__init__(name, opts)
        dead_letters = DeadLetterQueue(
            f"{name}-dead-letters",
            "schedule",
            runtime,
            to=function.function_name,
            opts=self.child(),
        )
        role = self._role(function, dead_letters, runtime)
        aws.scheduler.Schedule(
            name,
            schedule_expression=expression,
            schedule_expression_timezone=time_zone,
            flexible_time_window=_window(flexible_minutes),
            target={
                "arn": function.arn,
                "role_arn": role.arn,
                "retry_policy": RETRY,
                "dead_letter_config": {"arn": dead_letters.arn},
            },
            opts=self.child(depends_on=[role.permissions]),
        )
        self.register_outputs({})

    def _role(self, function: Function, dead_letters: DeadLetterQueue, runtime: Runtime) -> ServiceRole:
        return ServiceRole(
            f"{self.name}-role",
            SCHEDULER,
            SourceArn(_default_group(function.arn)),
            runtime.settings,
            grants=[Grant(("lambda:InvokeFunction",), (function.arn,)), *dead_letters.use().grants],
            opts=self.child(),
        )


def _window(minutes: int | None) -> Any:
    if minutes is None:
        return {"mode": "OFF"}
    return {"mode": "FLEXIBLE", "maximum_window_in_minutes": minutes}


def _default_group(function_arn: pulumi.Output[str]) -> pulumi.Output[str]:
    """Return the ARN of the default schedule group, on whose behalf Scheduler assumes its roles."""

    def group(arn: str) -> str:
        region, account = arn.split(":")[3:5]
        return f"arn:aws:scheduler:{region}:{account}:schedule-group/default"

    return function_arn.apply(group)
