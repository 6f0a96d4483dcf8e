"""Every policy fits AWS's service authorization reference: actions, resources, conditions, principals."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.infrastructure.authorization import findings, missing
from tests.infrastructure.bootstrap import DECLARED, DEPLOYERS, READERS, bootstrapped, declared
from tools.graph import ACCOUNT, REGION, Graph, Secret

BOOTSTRAP = "bootstrap"
IDENTITY = ("aws:iam/policy:Policy", "aws:iam/rolePolicy:RolePolicy")
PERMISSION = "aws:lambda/permission:Permission"


def graphs(name: str) -> Graph:
    """Return the graph of a stack, or of the bootstrap program."""
    return bootstrapped() if name == BOOTSTRAP else declared(name)


def documents(graph: Graph) -> Iterator[tuple[str, str, list[dict[str, Any]]]]:
    """Yield type, name and statements of every policy: of roles, of resources, and of functions."""
    for item in graph.resources.values():
        for value in item.inputs.values():
            text = value.value if isinstance(value, Secret) else value
            if isinstance(text, str) and '"Statement"' in text:
                yield item.type, item.name, json.loads(text)["Statement"]
        if item.type == PERMISSION:
            yield item.type, item.name, [_permission(item.inputs)]


def _permission(inputs: Any) -> dict[str, Any]:
    """Return the statement that Lambda adds to a function's policy."""
    return {
        "Effect": "Allow",
        "Principal": {"Service": inputs["principal"]},
        "Action": inputs["action"],
        "Resource": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{inputs['function']}",
        "Condition": {"ArnLike": {"aws:SourceArn": inputs["sourceArn"]}},
    }


@pytest.mark.parametrize("name", [*DECLARED, BOOTSTRAP])
def test_every_statement_fits_the_reference(name: str) -> None:
    """A statement that does not fit is accepted by AWS and never applies."""
    found = {
        f"{policy} {line}"
        for _, policy, statements in documents(graphs(name))
        for statement in statements
        for line in findings(statement)
    }

    assert found == set()


def principals(graph: Graph) -> dict[str, list[dict[str, Any]]]:
    """Return the statements of all policies of each role, by the role's name."""
    found: dict[str, list[dict[str, Any]]] = {}
    for kind, policy, statements in documents(graph):
        if kind in IDENTITY:
            role = next((role for role in (*DEPLOYERS, *READERS) if policy.startswith(f"{role}-")), policy)
            found.setdefault(policy if policy.endswith("-boundary") else role, []).extend(statements)
    return found


@pytest.mark.parametrize("name", [*DECLARED, BOOTSTRAP])
def test_every_action_has_all_the_resources_that_it_requires(name: str) -> None:
    """An action on several resources is denied unless all are allowed."""
    found = {
        f"{role} {line}"
        for role, statements in principals(graphs(name)).items()
        for line in missing(statements)
    }

    assert found == set()


TABLE = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/users"
TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:alarms"
BUS = f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus/events"

MISTAKES: list[tuple[str, dict[str, Any], str]] = [
    ("unknown action", {"Action": "dynamodb:GetItems"}, "dynamodb:GetItems: there is no such action"),
    ("unknown service", {"Action": "dynamo:GetItem"}, "dynamo:GetItem: there is no such action"),
    (
        "list on an ARN",
        {"Action": ["dynamodb:ListStreams"], "Resource": f"{TABLE}/stream/1"},
        "it takes only *",
    ),
    ("subscription on its topic", {"Action": "sns:Unsubscribe", "Resource": TOPIC}, "it takes only *"),
    (
        "table instead of index",
        {"Action": "dynamodb:GetItem", "Resource": f"{TABLE}/index/a"},
        "it takes table",
    ),
    (
        "resource of another service",
        {"Action": "dynamodb:GetItem", "Resource": [TABLE, TOPIC]},
        f"{TOPIC}: none of",
    ),
    (
        "key of another action",
        {"Action": "sns:Publish", "Condition": {"StringEquals": {"sns:Protocol": "sqs"}}},
        "sns:Publish: its requests have no key sns:Protocol",
    ),
    (
        "tags of a resource without tags",
        {
            "Action": "cloudwatch:PutMetricData",
            "Condition": {"StringEquals": {"aws:ResourceTag/stack": "dev"}},
        },
        "its requests have no key aws:ResourceTag/stack",
    ),
    (
        "unknown global key",
        {"Action": "sns:Publish", "Condition": {"ArnLike": {"aws:SourceARNs": TOPIC}}},
        "its requests have no key aws:SourceARNs",
    ),
    (
        "operator of another type",
        {"Action": "sns:Publish", "Condition": {"ArnLike": {"aws:SourceAccount": ACCOUNT}}},
        "ArnLike: does not compare aws:SourceAccount, of type String",
    ),
    (
        "unknown operator",
        {"Action": "sns:Publish", "Condition": {"Equals": {"aws:SourceAccount": ACCOUNT}}},
        "Equals: does not compare",
    ),
    (
        "several values compared as one",
        {
            "Action": "events:PutEvents",
            "Resource": BUS,
            "Condition": {"StringEquals": {"events:source": "a"}},
        },
        "needs ForAllValues or ForAnyValue",
    ),
    (
        "one value compared as several",
        {"Action": "sns:Publish", "Condition": {"ForAllValues:StringEquals": {"aws:SourceAccount": ACCOUNT}}},
        "must not have ForAllValues or ForAnyValue",
    ),
    (
        "name instead of ARN",
        {"Action": "sns:Publish", "Condition": {"ArnEquals": {"aws:SourceArn": "alarms"}}},
        "ArnEquals aws:SourceArn: alarms: is not an ARN",
    ),
    (
        "unknown service principal",
        {"Action": "sns:Publish", "Principal": {"Service": "event.amazonaws.com"}},
        "Service",
    ),
    (
        "incomplete principal",
        {"Action": "sns:Publish", "Principal": {"AWS": "iam::root"}},
        "AWS iam::root: is not",
    ),
    (
        "unknown kind of principal",
        {"Action": "sns:Publish", "Principal": {"Role": "a"}},
        "Role a: is not a principal",
    ),
]
"""Statements that AWS accepts or that a person writes by mistake: what is wrong, parts, and the finding."""


@pytest.mark.parametrize(("parts", "finding"), [pytest.param(*case[1:], id=case[0]) for case in MISTAKES])
def test_mistake_is_found(parts: dict[str, Any], finding: str) -> None:
    """Each is one of the mistakes that no error of AWS shows."""
    assert finding in "\n".join(findings({"Effect": "Allow", "Resource": "*", **parts}))


def test_missing_resource_is_found() -> None:
    """The archive of a bus needs both: SES, EventBridge and Glue have such actions."""
    statement = {"Effect": "Allow", "Action": ["events:CreateArchive"], "Resource": [BUS]}

    assert list(missing([statement])) == [
        "events:CreateArchive: also requires a resource of the type archive"
    ]
