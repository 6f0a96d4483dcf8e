"""Grants and resource policies.

These tests cannot show how AWS evaluates a policy.
"""

from __future__ import annotations

import pytest

from components.iam import Grant, ResourcePolicy
from components.queue import Queue
from components.use import Use
from tests.infrastructure.components.build import ROLE_POLICY, function, runtime
from tools.graph import built, statements


@pytest.mark.parametrize(
    ("actions", "resources", "message"),
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
def test_grant_that_is_too_wide_is_rejected(
    actions: tuple[str, ...], resources: tuple[str, ...], message: str
) -> None:
    """An action has no wildcard, and a resource with a wildcard has a reason."""
    with pytest.raises(ValueError, match=message):
        Grant(actions, resources)


def test_condition_of_a_grant_is_in_its_statement() -> None:
    """The condition is written in IAM's own terms and is not changed."""
    condition = {"StringEquals": {"events:source": ["strata.users"]}}
    graph = function(
        uses=[Use((Grant(("events:PutEvents",), ("arn:aws:events:::bus",), condition=condition),))]
    )

    assert statements(graph.inputs(ROLE_POLICY, "job")["policy"])[0] == {
        "Effect": "Allow",
        "Action": ["events:PutEvents"],
        "Resource": ["arn:aws:events:::bus"],
        "Condition": condition,
    }


def test_denied_resources_of_a_grant_are_in_a_statement_of_their_own() -> None:
    """The denial has the grant's actions and no condition, and follows everything that the role allows."""
    grant = Grant(("sns:Publish",), ("*",), "a test", denied=("arn:aws:sns:*:*:*",))
    graph = function(uses=[Use((grant,))])
    parts = statements(graph.inputs(ROLE_POLICY, "job")["policy"])

    assert parts[0] == {"Effect": "Allow", "Action": ["sns:Publish"], "Resource": ["*"]}
    assert parts[-1] == {"Effect": "Deny", "Action": ["sns:Publish"], "Resource": ["arn:aws:sns:*:*:*"]}
    assert [part["Effect"] for part in parts[:-1]] == ["Allow"] * (len(parts) - 1)


def test_statement_added_after_the_policy_was_written_is_rejected() -> None:
    """An addition inside an apply() is an error, because it would be lost."""
    errors: list[str] = []

    def declare() -> None:
        queue = Queue("mails", runtime())
        policy = ResourcePolicy(queue.arn, {"Effect": "Deny"})

        def add_late(document: str) -> None:
            try:
                policy.add({"Effect": "Allow"})
            except RuntimeError as error:
                errors.append(str(error))

        policy.document.apply(add_late)

    built(declare)

    assert errors == ["policy statement added after the policy was written: add it outside apply()"]
