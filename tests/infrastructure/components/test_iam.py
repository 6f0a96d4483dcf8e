"""Grants and resource policies."""

from __future__ import annotations

from typing import Any

import pytest

from components.function import Function
from components.iam import Grant, ResourcePolicy
from components.queue import Queue
from components.runtime import Runtime
from components.use import Use
from settings import Settings
from tests.infrastructure.components.build import (
    ALARMS,
    HEALTH,
    runtime,
    settings,
)
from tools.graph import Graph, built, statements


def function(of: Settings | None = None, **arguments: Any) -> Graph:
    """The graph of one function."""
    return built(lambda: Function("job", HEALTH, Runtime("runtime", ALARMS, of or settings()), **arguments))


@pytest.mark.parametrize(
    ("actions", "resources", "complaint"),
    [
        (("dynamodb:*",), ("arn:aws:dynamodb:::table/a",), "expected an exact action"),
        (("dynamodb:Get*",), ("arn:aws:dynamodb:::table/a",), "expected an exact action"),
        (("GetItem",), ("arn:aws:dynamodb:::table/a",), "expected an exact action"),
        (("dynamodb:GetItem",), ("*",), "needs a reason"),
        (("dynamodb:GetItem",), ("arn:aws:dynamodb:::table/*",), "needs a reason"),
        (("dynamodb:GetItem",), (), "expected at least one of each"),
        ((), ("arn:aws:dynamodb:::table/a",), "expected at least one of each"),
    ],
)
def test_a_grant_that_is_too_wide_is_refused(
    actions: tuple[str, ...], resources: tuple[str, ...], complaint: str
) -> None:
    """A wildcard needs to be said and justified where it is made."""
    with pytest.raises(ValueError, match=complaint):
        Grant(actions, resources)


def test_a_grant_with_a_condition_holds_only_then() -> None:
    """The condition stands in the statement in IAM's own words."""
    condition = {"StringEquals": {"events:source": ["strata.users"]}}
    graph = function(
        uses=[Use((Grant(("events:PutEvents",), ("arn:aws:events:::bus",), condition=condition),))]
    )

    assert statements(graph.inputs("aws:iam/rolePolicy:RolePolicy", "job")["policy"])[0] == {
        "Effect": "Allow",
        "Action": ["events:PutEvents"],
        "Resource": ["arn:aws:events:::bus"],
        "Condition": condition,
    }


def test_a_policy_that_is_written_takes_no_more() -> None:
    """What is said in an apply comes too late, and says so instead of being lost."""
    refusals: list[str] = []

    def declare() -> None:
        queue = Queue("mails", runtime())
        policy = ResourcePolicy(queue.arn, {"Effect": "Deny"})

        def late(document: str) -> None:
            try:
                policy.add({"Effect": "Allow"})
            except RuntimeError as error:
                refusals.append(str(error))

        policy.document.apply(late)

    built(declare)

    assert refusals == ["policy statement added after the policy was written: add it outside apply()"]
