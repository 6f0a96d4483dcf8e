"""Metric alarms."""

from __future__ import annotations

from typing import Any, ClassVar, override

from provider.base import AutoName, Values
from provider.cloud import Cloud
from provider.fields import Field, Fields, Names, pascal_names
from provider.resource import Resource
from provider.services.cloudwatch import SERVICE


class Dimensions(Field):
    """Dimensions: a map in Pulumi, a list of names and values in AWS."""

    @override
    def to_aws(self, value: Any) -> Any:
        return [{"Name": name, "Value": text} for name, text in value.items()]

    @override
    def from_aws(self, value: Any, known: Any) -> Any:
        return {each["Name"]: each["Value"] for each in value}


class MetricAlarm(Resource):
    """An alarm on the threshold of one metric; its ID is its name."""

    token = "aws:cloudwatch/metricAlarm:MetricAlarm"
    service = SERVICE
    noun = "metric_alarm"
    # PutMetricAlarm replaces the whole alarm except its tags.
    create_call = update_call = "put_{noun}"
    key: ClassVar[Names] = {"name": "AlarmName"}
    id_format = "{name}"
    fields: ClassVar[Fields] = {
        **pascal_names(
            "alarmActions",
            "alarmDescription",
            "comparisonOperator",
            "datapointsToAlarm",
            "evaluationPeriods",
            "metricName",
            "namespace",
            "period",
            "statistic",
            "threshold",
            "treatMissingData",
        ),
        "dimensions": Dimensions("Dimensions"),
        "okActions": "OKActions",
    }
    inputs = frozenset({*key, *fields, "tags"})
    replace_on = frozenset(key)
    autoname = AutoName("name", 255)
    arn = "arn:aws:cloudwatch:{region}:{account}:alarm:{name}"

    @override
    def describe(self, cloud: Cloud, resource_id: str, known: Values) -> Any:
        alarms: list[Any] = self.call(cloud, "describe_alarms", AlarmNames=[resource_id])["MetricAlarms"]
        return alarms[0] if alarms else None

    @override
    def delete(self, cloud: Cloud, resource_id: str, known: Values) -> None:
        self.call_unless_gone(cloud, "delete_alarms", AlarmNames=[resource_id])
