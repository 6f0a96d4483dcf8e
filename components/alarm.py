"""Alarms: a metric above a threshold notifies the alarm topic."""

from __future__ import annotations

from collections.abc import Mapping

import pulumi
import pulumi_aws as aws

from components.base import Component


def make_alarm(
    parent: Component,
    description: str,
    metric: str,
    dimensions: Mapping[str, pulumi.Input[str]],
    topic: pulumi.Input[str],
    *,
    threshold: int,
    period: int,
) -> aws.cloudwatch.MetricAlarm:
    """Create an alarm on a metric's maximum in one period, named as its parent.

    Missing data does not breach: SQS and Firehose report nothing about an idle resource.

    Args:
        parent: the component that owns the alarm.
        description: what happened, and what to do.
        metric: namespace and name, such as `AWS/SQS:ApproximateNumberOfMessagesVisible`.
        dimensions: the dimensions of the metric.
        topic: the topic that the alarm notifies.
        threshold: the alarm is raised above it.
        period: the period in seconds.
    """
    namespace, _, name = metric.rpartition(":")
    return aws.cloudwatch.MetricAlarm(
        parent.name,
        alarm_description=description,
        namespace=namespace,
        metric_name=name,
        dimensions=dict(dimensions),
        statistic="Maximum",
        period=period,
        evaluation_periods=1,
        threshold=threshold,
        comparison_operator="GreaterThanThreshold",
        treat_missing_data="notBreaching",
        alarm_actions=[topic],
        tags=parent.tags,
        opts=parent.child(),
    )
