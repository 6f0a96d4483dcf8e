"""Alarms: a metric above a threshold notifies the alarm topic."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import pulumi
import pulumi_aws as aws

from components.base import Component
from settings import Environment

if TYPE_CHECKING:
    from components.runtime import Runtime

PAGE = "docs/incidents.md"


@dataclass(frozen=True)
class AlarmSpec:
    """What an alarm watches.

    Attributes:
        description: what happened.
        metric: namespace and name, such as `AWS/SQS:ApproximateNumberOfMessagesVisible`.
        dimensions: the dimensions of the metric.
        section: the section of docs/incidents.md with what to do, such as `dead-letter-queues`.
        threshold: the alarm is raised above it.
        period: the period in seconds.
        statistic: the statistic of the metric in one period.
    """

    description: str
    metric: str
    dimensions: Mapping[str, pulumi.Input[str]]
    section: str
    threshold: int
    period: int
    statistic: Literal["Maximum", "Sum"] = "Maximum"


def make_alarm(parent: Component, spec: AlarmSpec, runtime: Runtime) -> None:
    """Create an alarm, named as its parent, that notifies the runtime's topic.

    An ephemeral stack has no alarms: no one waits for them, and each costs 0.10 USD a month. Missing data
    does not breach: AWS reports nothing about an idle resource.
    """
    if runtime.settings.environment is Environment.EPHEMERAL:
        return
    namespace, _, name = spec.metric.rpartition(":")
    aws.cloudwatch.MetricAlarm(
        parent.name,
        alarm_description=f"{spec.description}: see {PAGE}#{spec.section}",
        namespace=namespace,
        metric_name=name,
        dimensions=dict(spec.dimensions),
        statistic=spec.statistic,
        period=spec.period,
        evaluation_periods=1,
        threshold=spec.threshold,
        comparison_operator="GreaterThanThreshold",
        treat_missing_data="notBreaching",
        alarm_actions=[runtime.alarms],
        tags=parent.tags,
        opts=parent.child(),
    )
