"""What the tests of components share: settings, a runtime, and the statements and ARNs that they expect."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from components.function import Function
from components.runtime import Runtime
from settings import Settings
from tools.graph import Graph, built, statements

ALARMS = "arn:aws:sns:us-east-1:123456789012:alarms"
HEALTH = "handlers.health.read:handler"
ACCOUNT = "us-east-1:123456789012"
ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
MAPPING = "aws:lambda/eventSourceMapping:EventSourceMapping"
QUEUE = "aws:sqs/queue:Queue"
QUEUE_POLICY = "aws:sqs/queuePolicy:QueuePolicy"
ROLE = "aws:iam/role:Role"
ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy"
SUBSCRIPTION = "aws:sns/topicSubscription:TopicSubscription"
FORTNIGHT = 1_209_600
WEEK = FORTNIGHT // 2
FUNCTION = f"arn:aws:lambda:{ACCOUNT}:function:job"
RETRY = {"maximumEventAgeInSeconds": 86_400, "maximumRetryAttempts": 185}


def settings(environment: str = "development", **sections: Any) -> Settings:
    """Return the settings of a stack of this class."""
    sections = {"mail": {"sender": "no-reply@example.com"}, **sections}
    given = {f"strata:{name}": json.dumps(section) for name, section in sections.items()}
    return Settings.parse({"aws:region": "us-east-1", "strata:environment": environment, **given})


def runtime(of: Settings | None = None) -> Runtime:
    """A runtime whose alarms go to a topic."""
    return Runtime("runtime", ALARMS, of or settings())


def tags(component: str) -> dict[str, str]:
    """What every resource of a component carries."""
    return {"project": "strata", "stack": "test", "component": component}


def queue_arn(name: str) -> str:
    """The ARN of a queue."""
    return f"arn:aws:sqs:{ACCOUNT}:{name}"


def queue_url(name: str) -> str:
    """The URL of a queue."""
    return f"https://sqs.us-east-1.amazonaws.com/123456789012/{name}"


def only_tls(action: Any, arn: str) -> dict[str, Any]:
    """The statement that refuses plain HTTP."""
    return {
        "Effect": "Deny",
        "Principal": "*",
        "Action": action,
        "Resource": arn,
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }


def from_source(service: str, action: str, arn: str, source: str) -> dict[str, Any]:
    """The statement that lets a service in for one source."""
    return {
        "Effect": "Allow",
        "Principal": {"Service": service},
        "Action": action,
        "Resource": arn,
        "Condition": {"ArnEquals": {"aws:SourceArn": source}},
    }


def refused(declare: Callable[[], Any], complaint: str) -> None:
    """Expect that a declaration is refused, with words that match."""
    with pytest.raises(ValueError, match=complaint):
        built(declare)


def granted(graph: Graph, name: str) -> list[tuple[list[str], list[str]]]:
    """What a role may do, by actions and resources, besides a function's own logs and traces."""
    rules = statements(graph.inputs(ROLE_POLICY, name)["policy"])
    return [
        (rule["Action"], rule["Resource"])
        for rule in rules
        if not rule["Action"][0].startswith(("logs:", "xray:"))
    ]


def wait_for(graph: Graph, kind: str, name: str) -> set[str]:
    """The names of the resources that one resource waits for, by type and name."""
    return {"::".join(urn.split("::")[2:]).split("$")[-1] for urn in graph.of(kind)[name].dependencies}


def job(*, asynchronous: bool = True) -> Function:
    """A function that may be told of events."""
    return Function("job", HEALTH, runtime(), asynchronous=asynchronous)


def role_arn(name: str) -> str:
    """The ARN of a role."""
    return f"arn:aws:iam::123456789012:role/{name}"


def trusted(graph: Graph, name: str) -> list[dict[str, Any]]:
    """Who may assume a role."""
    return statements(graph.inputs(ROLE, name)["assumeRolePolicy"])


def trust_of(service: str, source: str) -> list[dict[str, Any]]:
    """What lets a service assume a role for one source of this account."""
    return [
        {
            "Effect": "Allow",
            "Action": "sts:AssumeRole",
            "Principal": {"Service": service},
            "Condition": {
                "StringEquals": {"aws:SourceAccount": "123456789012"},
                "ArnEquals": {"aws:SourceArn": source},
            },
        }
    ]
