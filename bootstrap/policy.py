"""Policies of CI: grants as the platform's own, held back by conditions where names do not reach."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pulumi

from components.iam import Grant

Condition = Mapping[str, Mapping[str, pulumi.Input[str]]]
"""Condition operator to key to value, such as `{"StringEquals": {"aws:ResourceTag/stack": "dev"}}`."""


@dataclass(frozen=True)
class Statement:
    """A grant, and when it holds."""

    grant: Grant
    when: Condition = field(default_factory=dict[str, Mapping[str, pulumi.Input[str]]])


def allow(statements: Sequence[Statement]) -> pulumi.Output[str]:
    """The policy document that allows just these."""
    return document([_rendered(statement) for statement in statements])


def document(statements: Sequence[Mapping[str, Any]]) -> pulumi.Output[str]:
    """A policy document of statements in IAM's own words."""
    return pulumi.Output.json_dumps({"Version": "2012-10-17", "Statement": statements}, sort_keys=True)


def _rendered(statement: Statement) -> dict[str, Any]:
    rendered: dict[str, Any] = {
        "Effect": "Allow",
        "Action": sorted(statement.grant.actions),
        "Resource": list(statement.grant.resources),
    }
    return {**rendered, "Condition": statement.when} if statement.when else rendered
