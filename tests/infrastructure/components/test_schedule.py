"""Schedules."""

from __future__ import annotations

from typing import Any

import pytest

from components.schedule import Schedule
from tests.infrastructure.components.build import (
    ACCOUNT,
    FUNCTION,
    RETRY,
    granted,
    job,
    queue_arn,
    refused,
    role_arn,
    runtime,
    trust_of,
    trusted,
    wait_for,
)
from tools.graph import built

SCHEDULE = "aws:scheduler/schedule:Schedule"


def test_a_schedule_runs_its_function_by_a_role_that_may_do_just_that() -> None:
    """On time, where the clock hangs; what Lambda never took is kept."""
    graph = built(
        lambda: Schedule("nightly", job(), "cron(0 3 * * ? *)", runtime(), time_zone="Europe/Berlin")
    )
    group = f"arn:aws:scheduler:{ACCOUNT}:schedule-group/default"

    assert graph.inputs(SCHEDULE, "nightly") == {
        "scheduleExpression": "cron(0 3 * * ? *)",
        "scheduleExpressionTimezone": "Europe/Berlin",
        "flexibleTimeWindow": {"mode": "OFF"},
        "target": {
            "arn": FUNCTION,
            "roleArn": role_arn("nightly-role"),
            "retryPolicy": RETRY,
            "deadLetterConfig": {"arn": queue_arn("nightly-dead-letters")},
        },
    }
    assert granted(graph, "nightly-role") == [
        (["lambda:InvokeFunction"], [FUNCTION]),
        (["sqs:SendMessage"], [queue_arn("nightly-dead-letters")]),
    ]
    assert trusted(graph, "nightly-role") == trust_of("scheduler.amazonaws.com", group)
    assert "aws:iam/rolePolicy:RolePolicy::nightly-role" in wait_for(graph, SCHEDULE, "nightly")


def test_a_schedule_may_be_late_by_some_minutes() -> None:
    """A flexible window is said in minutes."""
    graph = built(lambda: Schedule("often", job(), "rate(1 hour)", runtime(), flexible_minutes=15))

    assert graph.inputs(SCHEDULE, "often")["flexibleTimeWindow"] == {
        "mode": "FLEXIBLE",
        "maximumWindowInMinutes": 15,
    }


@pytest.mark.parametrize(
    ("asynchronous", "arguments", "complaint"),
    [
        (True, {"expression": "0 3 * * *"}, "schedule nightly: '0 3 \\* \\* \\*': expected cron"),
        (True, {"flexible_minutes": 0}, "schedule nightly: flexible_minutes 0: expected 1 to 1,440"),
        (True, {"flexible_minutes": 1_441}, "flexible_minutes 1441: expected 1 to 1,440"),
        (False, {}, "schedule nightly: function job is invoked asynchronously"),
    ],
)
def test_a_schedule_that_cannot_be_is_refused(
    asynchronous: bool, arguments: dict[str, Any], complaint: str
) -> None:
    """Before AWS would say so in the middle of a deployment, or a failure would be lost."""
    given = {"expression": "rate(1 day)", **arguments}
    refused(
        lambda: Schedule("nightly", job(asynchronous=asynchronous), runtime=runtime(), **given), complaint
    )
