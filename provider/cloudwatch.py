"""CloudWatch: log groups and metric alarms."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, override

from provider.base import AutoName, Properties, ResourceType
from provider.cloud import Cloud
from provider.shapes import arguments, tag_changes, tag_list, tag_map, told, unless_gone

LOG_GROUP_ARGUMENTS = {"name": "logGroupName", "kmsKeyId": "kmsKeyId", "logGroupClass": "logGroupClass"}
LOG_GROUP_TOLD = {**LOG_GROUP_ARGUMENTS, "retentionInDays": "retentionInDays", "arn": "logGroupArn"}
ALARM_ARGUMENTS = {
    "name": "AlarmName",
    "alarmDescription": "AlarmDescription",
    "comparisonOperator": "ComparisonOperator",
    "evaluationPeriods": "EvaluationPeriods",
    "metricName": "MetricName",
    "namespace": "Namespace",
    "period": "Period",
    "statistic": "Statistic",
    "threshold": "Threshold",
    "treatMissingData": "TreatMissingData",
    "alarmActions": "AlarmActions",
    "okActions": "OKActions",
    "datapointsToAlarm": "DatapointsToAlarm",
}
ALARM_TOLD = {**ALARM_ARGUMENTS, "arn": "AlarmArn"}


class LogGroup(ResourceType):
    """Where a function's log lines go. Its id is its name."""

    token = "aws:cloudwatch/logGroup:LogGroup"
    inputs = frozenset({"name", "retentionInDays", "kmsKeyId", "logGroupClass", "tags", "skipDestroy"})
    # AWS changes the key in place; the embedded cloud takes one only when it makes the group.
    replace_on = frozenset({"name", "logGroupClass", "kmsKeyId"})
    autoname = AutoName("name", 512)

    @override
    def create(self, cloud: Cloud, inputs: Properties) -> str:
        request = arguments(inputs, LOG_GROUP_ARGUMENTS)
        cloud.client("logs").create_log_group(**request, tags=inputs.get("tags") or {})
        self._update_retention(cloud, inputs["name"], {}, inputs)
        return inputs["name"]

    @override
    def read(self, cloud: Cloud, resource_id: str, known: Mapping[str, Any]) -> Properties | None:
        logs = cloud.client("logs")
        # A name sorts before every longer one that it begins, so one page is enough.
        answer: Any = logs.describe_log_groups(logGroupNamePrefix=resource_id)
        for group in answer["logGroups"]:
            if group["logGroupName"] == resource_id:
                tags: Any = logs.list_tags_for_resource(resourceArn=group["logGroupArn"])["tags"]
                return {"retentionInDays": 0, **told(group, LOG_GROUP_TOLD), "tags": tags}
        return None

    @override
    def update(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> None:
        logs = cloud.client("logs")
        arn = cloud.arn("logs", f"log-group:{resource_id}")
        self._update_retention(cloud, resource_id, old, new)
        changed, removed = tag_changes(old, new)
        if changed:
            logs.tag_resource(resourceArn=arn, tags=changed)
        if removed:
            logs.untag_resource(resourceArn=arn, tagKeys=removed)

    @override
    def delete(self, cloud: Cloud, resource_id: str, known: Mapping[str, Any]) -> None:
        if known.get("skipDestroy"):
            return
        delete_log_group = cloud.client("logs").delete_log_group
        unless_gone(delete_log_group, "ResourceNotFoundException", logGroupName=resource_id)

    @override
    def find(self, cloud: Cloud, inputs: Properties) -> str | None:
        return inputs["name"] if self.read(cloud, inputs["name"], inputs) else None

    def _update_retention(self, cloud: Cloud, name: str, old: Properties, new: Properties) -> None:
        # Zero days, as Pulumi has it, is for ever: to AWS, no policy.
        days = new.get("retentionInDays") or 0
        if days == (old.get("retentionInDays") or 0):
            return
        logs = cloud.client("logs")
        if days:
            logs.put_retention_policy(logGroupName=name, retentionInDays=days)
        else:
            logs.delete_retention_policy(logGroupName=name)


class MetricAlarm(ResourceType):
    """A threshold on one metric and whom to tell. Its id is its name."""

    token = "aws:cloudwatch/metricAlarm:MetricAlarm"
    inputs = frozenset({*ALARM_ARGUMENTS, "dimensions", "tags"})
    replace_on = frozenset({"name"})
    autoname = AutoName("name", 255)

    @override
    def create(self, cloud: Cloud, inputs: Properties) -> str:
        self._put(cloud, inputs, Tags=tag_list(inputs.get("tags")))
        return inputs["name"]

    @override
    def read(self, cloud: Cloud, resource_id: str, known: Mapping[str, Any]) -> Properties | None:
        cloudwatch = cloud.client("cloudwatch")
        alarms: Any = cloudwatch.describe_alarms(AlarmNames=[resource_id])["MetricAlarms"]
        if not alarms:
            return None
        alarm: Any = alarms[0]
        tags: Any = cloudwatch.list_tags_for_resource(ResourceARN=alarm["AlarmArn"])["Tags"]
        return {
            **told(alarm, ALARM_TOLD),
            "dimensions": {each["Name"]: each["Value"] for each in alarm["Dimensions"]},
            "tags": tag_map(tags),
        }

    @override
    def update(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> None:
        # PutMetricAlarm replaces the whole alarm but for its tags.
        self._put(cloud, new)
        cloudwatch = cloud.client("cloudwatch")
        arn = cloud.arn("cloudwatch", f"alarm:{resource_id}")
        changed, removed = tag_changes(old, new)
        if changed:
            cloudwatch.tag_resource(ResourceARN=arn, Tags=tag_list(changed))
        if removed:
            cloudwatch.untag_resource(ResourceARN=arn, TagKeys=removed)

    @override
    def delete(self, cloud: Cloud, resource_id: str, known: Mapping[str, Any]) -> None:
        delete_alarms = cloud.client("cloudwatch").delete_alarms
        unless_gone(delete_alarms, "ResourceNotFound", AlarmNames=[resource_id])

    @override
    def find(self, cloud: Cloud, inputs: Properties) -> str | None:
        return inputs["name"] if self.read(cloud, inputs["name"], inputs) else None

    def _put(self, cloud: Cloud, inputs: Properties, **also: Any) -> None:
        dimensions: dict[str, str] = inputs.get("dimensions") or {}
        cloud.client("cloudwatch").put_metric_alarm(
            **arguments(inputs, ALARM_ARGUMENTS),
            Dimensions=[{"Name": name, "Value": value} for name, value in dimensions.items()],
            **also,
        )


TYPES: tuple[ResourceType, ...] = (LogGroup(), MetricAlarm())
