"""CloudWatch's resource types against the embedded cloud."""

from provider.cloud import Cloud
from provider.services.cloudwatch.metric_alarm import MetricAlarm
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


def test_metric_alarm_create_read_update_delete_with_every_input(cloud: Cloud) -> None:
    """An alarm reads as it was written, before and after an update of every input."""
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


def test_metric_alarm_with_inputs_removed_reads_as_new(cloud: Cloud) -> None:
    """An update without the optional inputs removes their values."""
    optional = ("alarmDescription", "dimensions", "alarmActions", "okActions", "datapointsToAlarm", "tags")
    bare = {key: value for key, value in ALARM.items() if key not in optional} | {"name": "alarm-bare"}
    name = MetricAlarm().create(cloud, bare)
    before = MetricAlarm().read(cloud, name, bare)
    full = {**ALARM, "name": name}

    MetricAlarm().update(cloud, name, bare, full)
    MetricAlarm().update(cloud, name, full, bare)

    assert MetricAlarm().read(cloud, name, bare) == before


def test_missing_metric_alarm_reads_as_none_and_delete_succeeds(cloud: Cloud) -> None:
    """Reading or deleting a resource that does not exist is not an error."""
    MetricAlarm().delete(cloud, "nothing", {})

    assert MetricAlarm().read(cloud, "nothing", {}) is None
