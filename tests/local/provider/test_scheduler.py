"""EventBridge Scheduler's resource type against the embedded cloud."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from botocore.exceptions import ParamValidationError

from provider.base import Properties
from provider.cloud import Cloud
from provider.services.scheduler.schedule import Schedule
from tests.local.provider.lifecycle import exercise
from tests.local.provider.queues import inbox

QUEUE = "arn:aws:sqs:us-east-1:000000000000:"
ROLE = "arn:aws:iam::000000000000:role/schedule"
DEFAULTS: Properties = {
    "actionAfterCompletion": "NONE",
    "description": "",
    "groupName": "default",
    "scheduleExpressionTimezone": "UTC",
    "state": "ENABLED",
}


def nightly(name: str) -> Properties:
    """Return the inputs of a minimal schedule."""
    return {
        "name": name,
        "scheduleExpression": "cron(0 3 * * ? *)",
        "flexibleTimeWindow": {"mode": "OFF"},
        "target": {"arn": QUEUE + "nightly", "roleArn": ROLE},
    }


def test_schedule_create_read_update_delete_with_every_input(cloud: Cloud) -> None:
    """A schedule reads as it was written, before and after an update of every input that can change."""
    cloud.client("scheduler").create_schedule_group(Name="jobs")
    inputs: Properties = {
        "name": "life",
        "groupName": "jobs",
        "description": "each night",
        "scheduleExpression": "cron(0 3 * * ? *)",
        "scheduleExpressionTimezone": "Europe/Berlin",
        "flexibleTimeWindow": {"mode": "FLEXIBLE", "maximumWindowInMinutes": 15},
        "state": "ENABLED",
        "actionAfterCompletion": "DELETE",
        "kmsKeyArn": "arn:aws:kms:us-east-1:000000000000:key/k",
        "target": {
            "arn": QUEUE + "nightly.fifo",
            "roleArn": ROLE,
            "input": '{"job": "digest"}',
            "retryPolicy": {"maximumEventAgeInSeconds": 3600, "maximumRetryAttempts": 3},
            "deadLetterConfig": {"arn": QUEUE + "dead"},
            "sqsParameters": {"messageGroupId": "jobs"},
        },
    }
    changed: Properties = {
        "name": "life",
        "groupName": "jobs",
        "description": "each hour",
        "scheduleExpression": "rate(1 hour)",
        "scheduleExpressionTimezone": "UTC",
        "flexibleTimeWindow": {"mode": "OFF"},
        "state": "DISABLED",
        "actionAfterCompletion": "NONE",
        "target": {"arn": QUEUE + "hourly", "roleArn": ROLE},
    }

    read = exercise(cloud, Schedule(), inputs, changed)

    assert read == {**inputs, "arn": cloud.arn("scheduler", "schedule/jobs/life")}


def test_schedule_with_inputs_removed_reads_as_new(cloud: Cloud) -> None:
    """An update without the optional inputs restores the values that AWS gives a new schedule."""
    bare = nightly("bare")
    schedule = Schedule().create(cloud, bare)
    full = {**bare, "description": "full", "state": "DISABLED", "scheduleExpressionTimezone": "Asia/Tokyo"}

    Schedule().update(cloud, schedule, bare, full)
    Schedule().update(cloud, schedule, full, bare)

    arn = cloud.arn("scheduler", "schedule/default/bare")
    assert schedule == "default/bare"
    assert Schedule().read(cloud, schedule, bare) == {**DEFAULTS, **bare, "arn": arn}


def test_schedule_changed_outside_pulumi_reads_as_changed(cloud: Cloud) -> None:
    """Drift is read, in inputs that the program stated and in AWS's defaults."""
    inputs = nightly("drifting")
    schedule = Schedule().create(cloud, inputs)
    cloud.client("scheduler").update_schedule(
        Name="drifting",
        ScheduleExpression="rate(1 day)",
        FlexibleTimeWindow={"Mode": "OFF"},
        State="DISABLED",
        Target={"Arn": QUEUE + "nightly", "RoleArn": ROLE},
    )

    read = Schedule().read(cloud, schedule, inputs) or {}

    assert (read["scheduleExpression"], read["state"]) == ("rate(1 day)", "DISABLED")


def test_schedule_with_an_unknown_key_is_rejected(cloud: Cloud) -> None:
    """The error names an unknown key of the target."""
    inputs = nightly("misspelt")
    inputs["target"]["retries"] = 3

    with pytest.raises(ParamValidationError, match=r'Unknown parameter in Target: "Retries"'):
        Schedule().create(cloud, inputs)


def test_missing_schedule_reads_as_none_and_delete_succeeds(cloud: Cloud) -> None:
    """Reading or deleting a resource that does not exist is not an error."""
    Schedule().delete(cloud, "default/nothing", {})

    assert Schedule().read(cloud, "default/nothing", {}) is None


def test_schedule_that_is_due_delivers_its_input(cloud: Cloud) -> None:
    """A schedule that is due now sends its input to its target."""
    arrivals = inbox(cloud, "due")
    Schedule().create(
        cloud,
        {
            "name": "due",
            "scheduleExpression": f"at({datetime.now(UTC):%Y-%m-%dT%H:%M:%S})",
            "flexibleTimeWindow": {"mode": "OFF"},
            "target": {"arn": arrivals.arn, "roleArn": ROLE, "input": '{"job": "digest"}'},
        },
    )

    assert arrivals.receive() == [{"job": "digest"}]
