"""CloudWatch's resource types against the embedded cloud."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from provider.cloud import Cloud
from provider.services.cloudwatch.metric_alarm import MetricAlarm
from provider.services.logs.log_group import LogGroup
from tests.local.provider.lifecycle import exercise

TOPIC = "arn:aws:sns:us-east-1:000000000000:operators"
ALARM = {
    "name": "alarm-life",
    "alarmDescription": "the function fails",
    "comparisonOperator": "GreaterThanOrEqualToThreshold",
    "evaluationPeriods": 3,
    "metricName": "Errors",
    "namespace": "AWS/Lambda",
    "period": 60,
    "statistic": "Sum",
    "threshold": 1,
    "dimensions": {"FunctionName": "users-create"},
    "treatMissingData": "notBreaching",
    "alarmActions": [TOPIC],
    "okActions": [TOPIC],
    "datapointsToAlarm": 2,
    "tags": {"stack": "local", "component": "users"},
}


def test_log_group_lives_its_life(cloud: Cloud) -> None:
    """A log group reads as written and its ARN stands without the trailing `:*`."""
    inputs = {
        "name": "/aws/lambda/life",
        "retentionInDays": 14,
        "logGroupClass": "STANDARD",
        "tags": {"stack": "local", "component": "users"},
    }

    read = exercise(
        cloud,
        LogGroup(),
        inputs,
        {**inputs, "retentionInDays": 30, "tags": {"stack": "local", "owner": "team"}},
    )

    assert read == {**inputs, "arn": "arn:aws:logs:us-east-1:000000000000:log-group:/aws/lambda/life"}


def test_log_group_with_a_key_reads_as_written(cloud: Cloud) -> None:
    """The key given at creation is kept."""
    inputs = {"name": "/keyed", "kmsKeyId": "arn:aws:kms:us-east-1:000000000000:key/k", "retentionInDays": 0}

    read = exercise(cloud, LogGroup(), inputs, {**inputs, "retentionInDays": 7})

    assert read["kmsKeyId"] == inputs["kmsKeyId"]


def test_log_group_without_retention_keeps_for_ever(cloud: Cloud) -> None:
    """Taking the retention back leaves no policy, which Pulumi calls zero days."""
    inputs = {"name": "/for-ever", "retentionInDays": 7}
    name = LogGroup().create(cloud, inputs)

    LogGroup().update(cloud, name, inputs, {"name": name})

    read: Any = LogGroup().read(cloud, name, {})
    assert read["retentionInDays"] == 0


def test_half_made_log_group_is_completed_from_what_was_read(cloud: Cloud) -> None:
    """A group cut off before its retention was set becomes whole by an update."""
    whole = {"name": "/half", "retentionInDays": 7, "tags": {"stack": "local"}}
    LogGroup().create(cloud, {"name": "/half"})
    half: Any = LogGroup().read(cloud, "/half", whole)

    LogGroup().update(cloud, "/half", half, whole)

    read: Any = LogGroup().read(cloud, "/half", whole)
    assert {key: read[key] for key in whole} == whole


def test_log_group_whose_name_begins_another_is_told_apart(cloud: Cloud) -> None:
    """A group is not taken for one whose name merely begins like it."""
    LogGroup().create(cloud, {"name": "/begins/longer"})

    assert LogGroup().find(cloud, {"name": "/begins"}) is None


def test_log_group_to_be_kept_outlives_its_deletion(cloud: Cloud) -> None:
    """With skipDestroy the logs stay where they are."""
    inputs = {"name": "/kept", "skipDestroy": True}
    name = LogGroup().create(cloud, inputs)

    LogGroup().delete(cloud, name, inputs)

    assert LogGroup().find(cloud, inputs) == name


def test_log_group_that_exists_is_refused(cloud: Cloud) -> None:
    """A name that is taken is AWS's error, not a silent adoption."""
    LogGroup().create(cloud, {"name": "/taken"})

    with pytest.raises(ClientError, match="ResourceAlreadyExistsException"):
        LogGroup().create(cloud, {"name": "/taken"})


def test_metric_alarm_with_every_input_lives_its_life(cloud: Cloud) -> None:
    """An alarm reads as it was written, before and after everything about it has changed."""
    changed = {
        "name": "alarm-life",
        "alarmDescription": "the queue grows",
        "comparisonOperator": "GreaterThanThreshold",
        "evaluationPeriods": 1,
        "metricName": "ApproximateNumberOfMessagesVisible",
        "namespace": "AWS/SQS",
        "period": 300,
        "statistic": "Maximum",
        "threshold": 0.5,
        "dimensions": {"QueueName": "dead-letters"},
        "treatMissingData": "missing",
        "alarmActions": [],
        "okActions": [],
        "datapointsToAlarm": 1,
        "tags": {"stack": "local", "owner": "team"},
    }

    read = exercise(cloud, MetricAlarm(), ALARM, changed)

    assert read == {**ALARM, "arn": "arn:aws:cloudwatch:us-east-1:000000000000:alarm:alarm-life"}


def test_metric_alarm_with_inputs_taken_back_reads_as_new(cloud: Cloud) -> None:
    """An update that leaves the optional inputs out leaves none of their values behind."""
    optional = ("alarmDescription", "dimensions", "alarmActions", "okActions", "datapointsToAlarm", "tags")
    bare = {key: value for key, value in ALARM.items() if key not in optional} | {"name": "alarm-bare"}
    name = MetricAlarm().create(cloud, bare)
    before = MetricAlarm().read(cloud, name, bare)
    full = {**ALARM, "name": name}

    MetricAlarm().update(cloud, name, bare, full)
    MetricAlarm().update(cloud, name, full, bare)

    assert MetricAlarm().read(cloud, name, bare) == before


@pytest.mark.parametrize("kind", [LogGroup(), MetricAlarm()], ids=["log group", "alarm"])
def test_missing_resource_reads_as_none_and_may_be_deleted(cloud: Cloud, kind: Any) -> None:
    """What is not there is no error to read or to delete."""
    kind.delete(cloud, "nothing", {})

    assert kind.read(cloud, "nothing", {}) is None
