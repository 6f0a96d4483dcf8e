"""Shared by the tests of components: settings, a runtime, type tokens, and expected statements and ARNs."""

from __future__ import annotations

import importlib
import json
import pkgutil
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

import pulumi
import pytest
from pulumi.runtime.settings import get_root_resource

import components
from components.base import Component
from components.function import Function
from components.key import Key
from components.mail import Mail
from components.mail import Template as MailTemplate
from components.runtime import Runtime
from settings import Settings
from tools.graph import Graph, built, statements

ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
AUTHORIZER = "aws:apigatewayv2/authorizer:Authorizer"
FUNCTION = "aws:lambda/function:Function"
KEY_POLICY = "aws:kms/keyPolicy:KeyPolicy"
LIFECYCLE = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"
LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"
MAPPING = "aws:lambda/eventSourceMapping:EventSourceMapping"
PERMISSION = "aws:lambda/permission:Permission"
QUEUE = "aws:sqs/queue:Queue"
QUEUE_POLICY = "aws:sqs/queuePolicy:QueuePolicy"
ROLE = "aws:iam/role:Role"
ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy"
ROUTE = "aws:apigatewayv2/route:Route"
SUBSCRIPTION = "aws:sns/topicSubscription:TopicSubscription"
TOPIC = "aws:sns/topic:Topic"
TOPIC_POLICY = "aws:sns/topicPolicy:TopicPolicy"

ADDRESS = "https://app.example.com"
"""The public address of a site."""
ACCOUNT = "us-east-1:123456789012"
"""The region and the account, as they are in an ARN."""
ALARMS = "arn:aws:sns:us-east-1:123456789012:alarms"
FUNCTION_ARN = f"arn:aws:lambda:{ACCOUNT}:function:job"
HEALTH = "handlers.health.read:handler"

FORTNIGHT = 1_209_600
WEEK = FORTNIGHT // 2
RETRY = {"maximumEventAgeInSeconds": 86_400, "maximumRetryAttempts": 185}


def classes() -> list[type[Component]]:
    """Return every component class."""
    for module in pkgutil.walk_packages(components.__path__, "components."):
        importlib.import_module(module.name)
    return sorted(Component.__subclasses__(), key=lambda each: each.__name__)


def settings(environment: str = "development", **sections: Any) -> Settings:
    """Return the settings of a stack of this environment class, with these sections."""
    sections = {"mail": {"sender": "no-reply@example.com"}, **sections}
    given = {f"strata:{name}": json.dumps(section) for name, section in sections.items()}
    return Settings.parse({"aws:region": "us-east-1", "strata:environment": environment, **given})


_runtimes: WeakKeyDictionary[pulumi.Resource, Runtime] = WeakKeyDictionary()


def runtime(of: Settings | None = None) -> Runtime:
    """Return a runtime whose alarms notify a topic: the same for all that one program declares."""
    root = get_root_resource()
    assert root is not None
    if root not in _runtimes:
        _runtimes[root] = Runtime("runtime", ALARMS, of or settings())
    assert of is None or _runtimes[root].settings == of
    return _runtimes[root]


class Template(NamedTuple):
    """An email template."""

    subject: str
    text: str
    html: str


HELLO = {"hello": Template("Hello", "Hello {{name}}", "<p>Hello {{nameHtml}}</p>")}


def mail(of: Settings | None = None, templates: Mapping[str, MailTemplate] = HELLO) -> Mail:
    """Return the mail layer of a stack with these settings."""
    stack = of or settings()
    return Mail("mail", "no-reply@mail.example.com", templates, Key("key", stack), runtime(stack))


def job(*, asynchronous: bool = True) -> Function:
    """Return a function that events may invoke."""
    return Function("job", HEALTH, runtime(), asynchronous=asynchronous)


def function(of: Settings | None = None, **arguments: Any) -> Graph:
    """Return the graph of one function, `job`."""
    return built(lambda: Function("job", HEALTH, runtime(of), **arguments))


def rejected(declare: Callable[[], Any], message: str) -> None:
    """Expect a ValueError whose message matches."""
    with pytest.raises(ValueError, match=message):
        built(declare)


def tags(component: str) -> dict[str, str]:
    """Return the tags of every resource of a component."""
    return {"project": "strata", "stack": "test", "component": component}


def queue_arn(name: str) -> str:
    """Return the ARN of a queue."""
    return f"arn:aws:sqs:{ACCOUNT}:{name}"


def queue_url(name: str) -> str:
    """Return the URL of a queue."""
    return f"https://sqs.us-east-1.amazonaws.com/123456789012/{name}"


def role_arn(name: str) -> str:
    """Return the ARN of a role."""
    return f"arn:aws:iam::123456789012:role/{name}"


def tls_statement(action: Any, resource: Any) -> dict[str, Any]:
    """Return the statement that denies requests without TLS."""
    return {
        "Effect": "Deny",
        "Principal": "*",
        "Action": action,
        "Resource": resource,
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }


def service_statement(service: str, action: str, arn: str, source: str) -> dict[str, Any]:
    """Return the statement that allows a service to act on behalf of one source."""
    return {
        "Effect": "Allow",
        "Principal": {"Service": service},
        "Action": action,
        "Resource": arn,
        "Condition": {"ArnEquals": {"aws:SourceArn": source}},
    }


def trust_for(service: str, source: str) -> list[dict[str, Any]]:
    """Return the trust policy for a service that acts on behalf of one source of this account."""
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


def trust_policy(graph: Graph, name: str) -> list[dict[str, Any]]:
    """Return the statements of a role's trust policy."""
    return statements(graph.inputs(ROLE, name)["assumeRolePolicy"])


def granted(graph: Graph, name: str) -> list[tuple[list[str], list[str]]]:
    """Return the actions and resources that a role allows, without a function's own logs and traces."""
    rules = statements(graph.inputs(ROLE_POLICY, name)["policy"])
    return [
        (rule["Action"], rule["Resource"])
        for rule in rules
        if not rule["Action"][0].startswith(("logs:", "xray:"))
    ]


def dependencies(graph: Graph, kind: str, name: str) -> set[str]:
    """Return what one resource depends on, as `<type>::<name>`."""
    return {"::".join(urn.split("::")[2:]).split("$")[-1] for urn in graph.of(kind)[name].dependencies}
