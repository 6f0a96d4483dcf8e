"""Schedules.

These tests cannot show that AWS retries as configured, nor that Scheduler assumes its role.
"""

from __future__ import annotations

from typing import Any

import pytest

from components.schedule import Schedule
from tests.infrastructure.components.build import (
    ACCOUNT,
    FUNCTION_ARN,
    RETRY,
    ROLE_POLICY,
    dependencies,
    granted,
    job,
    queue_arn,
    rejected,
    role_arn,
    runtime,
    trust_for,
    trust_policy,
)
from tools.graph import built

SCHEDULE = "aws:scheduler/schedule:Schedule"


def test_schedule_invokes_its_function_with_a_role_that_allows_only_this() -> None:
    """The time is in the schedule's time zone; undelivered invocations go to a dead-letter queue."""
    graph = built(
        lambda: Schedule("nightly", job(), "cron(0 3 * * ? *)", runtime(), time_zone="Europe/Berlin")
    )
    group = f"arn:aws:scheduler:{ACCOUNT}:schedule-group/default"

    assert graph.inputs(SCHEDULE, "nightly") == {
        "scheduleExpression": "cron(0 3 * * ? *)",
        "scheduleExpressionTimezone": "Europe/Berlin",
        "flexibleTimeWindow": {"mode": "OFF"},
        "target": {
            "arn": FUNCTION_ARN,
            "roleArn": role_arn("nightly-role"),
            "retryPolicy": RETRY,
            "deadLetterConfig": {"arn": queue_arn("nightly-dead-letters")},
        },
    }
    assert granted(graph, "nightly-role") == [
        (["lambda:InvokeFunction"], [FUNCTION_ARN]),
        (["sqs:SendMessage"], [queue_arn("nightly-dead-letters")]),
    ]
    assert trust_policy(graph, "nightly-role") == trust_for("scheduler.amazonaws.com", group)
    assert f"{ROLE_POLICY}::nightly-role" in dependencies(graph, SCHEDULE, "nightly")


def test_schedule_may_have_a_flexible_window() -> None:
    """The window is given in minutes."""
    graph = built(lambda: Schedule("often", job(), "rate(1 hour)", runtime(), flexible_minutes=15))

    assert graph.inputs(SCHEDULE, "often")["flexibleTimeWindow"] == {
        "mode": "FLEXIBLE",
        "maximumWindowInMinutes": 15,
    }


@pytest.mark.parametrize(
    ("asynchronous", "arguments", "message"),
    [
        (True, {"expression": "0 3 * * *"}, "schedule nightly: '0 3 \\* \\* \\*': expected cron"),
        (True, {"expression": "cron(0 3 * * *)"}, "schedule nightly: 'cron.*': expected 6 fields .*, got 5"),
        (True, {"expression": "rate(0 minutes)"}, "schedule nightly: 'rate.*': expected a positive number"),
        (
            True,
            {"expression": "at(2030-02-30T00:00:00)"},
            "schedule nightly: 'at.*': expected a date and time",
        ),
        (True, {"time_zone": "Europe/Bonn"}, "schedule nightly: time zone 'Europe/Bonn': expected an IANA"),
        (True, {"flexible_minutes": 0}, "schedule nightly: flexible_minutes 0: expected 1 to 1,440"),
        (True, {"flexible_minutes": 1_441}, "flexible_minutes 1441: expected 1 to 1,440"),
        (False, {}, "schedule nightly: function job is invoked asynchronously: declare it asynchronous=True"),
    ],
)
def test_invalid_schedule_is_rejected(asynchronous: bool, arguments: dict[str, Any], message: str) -> None:
    """AWS would reject it during the deployment, or a failed invocation would be lost."""
    given = {"expression": "rate(1 day)", **arguments}
    rejected(lambda: Schedule("nightly", job(asynchronous=asynchronous), runtime=runtime(), **given), message)
