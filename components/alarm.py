"""Alarms: a metric above a threshold notifies the alarm topic."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

import pulumi
import pulumi_aws as aws

from components.base import Component
from settings import Environment

if TYPE_CHECKING:
    from components.runtime import Runtime

PAGE = "docs/incidents.md"


def make_alarm(
    parent: Component,
    description: str,
    metric: str,
    dimensions: Mapping[str, pulumi.Input[str]],
    runtime: Runtime,
    *,
    section: str,
    threshold: int,
    period: int,
    statistic: Literal["Maximum", "Sum"] = "Maximum",
) -> None:
    """Create an alarm on a metric's statistic in one period, named as its parent.

    An ephemeral stack has no alarms: no one waits for them, and each costs 0.10 USD a month. Missing data
    does not breach: AWS reports nothing about an idle resource.

    Args:
        parent: the component that owns the alarm.
        description: what happened.
        metric: namespace and name, such as `AWS/SQS:ApproximateNumberOfMessagesVisible`.
        dimensions: the dimensions of the metric.
        runtime: has the topic that the alarm notifies.
        section: the section of docs/incidents.md with what to do, such as `dead-letter-queues`.
        threshold: the alarm is raised above it.
        period: the period in seconds.
        statistic: the statistic of the metric in one period.
    """
    if runtime.settings.environment is Environment.EPHEMERAL:
        return
    namespace, _, name = metric.rpartition(":")
    aws.cloudwatch.MetricAlarm(
        parent.name,
        alarm_description=f"{description}: see {PAGE}#{section}",
        namespace=namespace,
        metric_name=name,
        dimensions=dict(dimensions),
        statistic=statistic,
        period=period,
        evaluation_periods=1,
        threshold=threshold,
        comparison_operator="GreaterThanThreshold",
        treat_missing_data="notBreaching",
        alarm_actions=[runtime.alarms],
        tags=parent.tags,
        opts=parent.child(),
    )
