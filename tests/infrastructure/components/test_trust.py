"""Trust policies of roles, and the roles of AWS services.

These tests cannot show that a service passes the values that its role's condition expects.
"""

from __future__ import annotations

from typing import Any

import pytest

from components.iam import Grant
from components.role import ServiceRole
from components.trust import ExternalId, NoSource, Source, SourceArn
from tests.infrastructure.components.build import (
    ROLE,
    granted,
    settings,
    tags,
    trust_for,
    trust_policy,
)
from tools.graph import Graph, built

GROUP = "arn:aws:scheduler:us-east-1:123456789012:schedule-group/default"
GRANT = Grant(("lambda:InvokeFunction",), ("arn:aws:lambda:us-east-1:123456789012:function:job",))


def role(source: Source) -> Graph:
    """Return the graph of a role with this source."""
    return built(
        lambda: ServiceRole("nightly", "scheduler.amazonaws.com", source, settings(), grants=[GRANT])
    )


def test_source_arn_restricts_the_trust_to_one_resource_of_its_account() -> None:
    """The service assumes the role on behalf of this resource only."""
    assert trust_policy(role(SourceArn(GROUP)), "nightly") == trust_for("scheduler.amazonaws.com", GROUP)


@pytest.mark.parametrize(
    ("source", "condition"),
    [
        (
            ExternalId("123456789012"),
            {"Condition": {"StringEquals": {"sts:ExternalId": "123456789012"}}},
        ),
        (NoSource("a test"), {}),
    ],
)
def test_trust_policy_has_the_condition_of_its_source(source: Source, condition: dict[str, Any]) -> None:
    """An external id is compared; a service that passes no source has no condition."""
    assert trust_policy(role(source), "nightly") == [
        {
            "Effect": "Allow",
            "Action": "sts:AssumeRole",
            "Principal": {"Service": "scheduler.amazonaws.com"},
            **condition,
        }
    ]


def test_service_role_allows_exactly_its_grants() -> None:
    """The role has one inline policy and no permissions boundary unless the settings require one."""
    graph = role(SourceArn(GROUP))

    assert granted(graph, "nightly") == [(list(GRANT.actions), list(GRANT.resources))]
    assert set(graph.inputs(ROLE, "nightly")) == {"assumeRolePolicy", "tags"}
    assert graph.inputs(ROLE, "nightly")["tags"] == tags("nightly")
