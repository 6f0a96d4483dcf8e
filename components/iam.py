"""Least privilege as data: a resource offers grants by verb, a function turns them into one policy."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

import pulumi


@dataclass(frozen=True)
class Grant:
    """Exact actions on exact resources.

    Attributes:
        actions: IAM actions, such as `dynamodb:PutItem`; never `*`.
        resources: ARNs; `*` only where AWS knows no resource for the action.
        reason: why a resource holds a `*`; required there.
    """

    actions: tuple[str, ...]
    resources: tuple[pulumi.Input[str], ...]
    reason: str = ""

    def __post_init__(self) -> None:
        for action in self.actions:
            service, _, verb = action.partition(":")
            if not service or not verb or "*" in action:
                raise ValueError(f"grant of {action!r}: expected an exact action, such as dynamodb:PutItem")
        if not self.actions or not self.resources:
            raise ValueError(f"grant of {self.actions} on {self.resources}: expected one of each at least")
        if any(isinstance(arn, str) and "*" in arn for arn in self.resources) and not self.reason:
            raise ValueError(f"grant of {self.actions}: a resource with * needs the reason beside it")


def policy(grants: Sequence[Grant]) -> pulumi.Output[str]:
    """The policy document that allows just the grants, one statement each."""
    resources = pulumi.Output.all(*(pulumi.Output.all(*grant.resources) for grant in grants))
    return resources.apply(
        lambda arns: _document(
            [
                {"Effect": "Allow", "Action": sorted(grant.actions), "Resource": sorted(on)}
                for grant, on in zip(grants, arns, strict=True)
            ]
        )
    )


def trust(service: str) -> str:
    """The trust policy that lets one AWS service assume a role."""
    return _document([{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": service}}])


def _document(statements: list[dict[str, object]]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements}, sort_keys=True)
