"""Least privilege as data: a resource offers grants by verb, a role collects them into one policy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi

Condition = Mapping[str, Mapping[str, pulumi.Input[str] | Sequence[pulumi.Input[str]]]]
"""Operator to key to value or values, such as `{"StringLike": {"events:source": "partner.*"}}`."""

ONLY_TLS: Condition = {"Bool": {"aws:SecureTransport": "false"}}
"""The condition that matches requests without TLS."""


@dataclass(frozen=True)
class Grant:
    """Exact actions on exact resources.

    Attributes:
        actions: IAM actions, such as `dynamodb:PutItem`; never `*`.
        resources: ARNs; `*` only if AWS has no resource-level permission for the action.
        reason: why a resource contains `*`; required in that case.
        condition: when the grant applies; always, if None.
        denied: ARN patterns that `resources` match and that the role must not reach by any grant.
    """

    actions: tuple[str, ...]
    resources: tuple[pulumi.Input[str], ...]
    reason: str = ""
    condition: Condition | None = None
    denied: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for action in self.actions:
            service, _, verb = action.partition(":")
            if not service or not verb or "*" in action:
                raise ValueError(f"grant of {action!r}: expected an exact action, such as dynamodb:PutItem")
        if not self.actions or not self.resources:
            raise ValueError(f"grant of {self.actions} on {self.resources}: expected at least one of each")
        if any(isinstance(arn, str) and "*" in arn for arn in self.resources) and not self.reason:
            raise ValueError(f"grant of {self.actions}: a resource with * needs a reason")


def policy(grants: Sequence[Grant], *denied: Mapping[str, Any]) -> pulumi.Output[str]:
    """Return the policy document that allows exactly the grants, one statement each.

    Args:
        grants: what the policy allows, and what a grant denies beside.
        denied: further statements with the effect Deny; each overrides every grant.
    """
    refused = [_denied(grant) for grant in grants if grant.denied]
    return document([*map(_allowed, grants), *refused, *denied])


def account_of(arn: pulumi.Input[str]) -> pulumi.Output[str]:
    """Return the id of the account that owns an ARN; the program does not know it otherwise."""
    return pulumi.Output.from_input(arn).apply(lambda text: text.split(":")[4])


def document(statements: Sequence[Mapping[str, Any]]) -> pulumi.Output[str]:
    """Return a policy document of IAM statements."""
    return pulumi.Output.json_dumps({"Version": "2012-10-17", "Statement": statements}, sort_keys=True)


def _allowed(grant: Grant) -> dict[str, Any]:
    statement: dict[str, Any] = {
        "Effect": "Allow",
        "Action": sorted(grant.actions),
        "Resource": pulumi.Output.all(*grant.resources).apply(sorted),
    }
    return {**statement, "Condition": grant.condition} if grant.condition else statement


def _denied(grant: Grant) -> dict[str, Any]:
    return {"Effect": "Deny", "Action": sorted(grant.actions), "Resource": sorted(grant.denied)}


class ResourcePolicy:
    """A resource's own policy: which AWS services may use the resource, besides IAM principals.

    A resource has one policy document, but several components add statements to it. The policy resource
    therefore exists from the start, and its document is written when the resource's ARN is known, after the
    whole program has run.

    Args:
        arn: the resource.
        statements: the statements that always apply.

    Attributes:
        document: the policy document.
    """

    def __init__(self, arn: pulumi.Output[str], *statements: Mapping[str, Any]) -> None:
        self._statements = list(statements)
        self._written = False
        # Also in a preview, before the ARN is known: a plan contains what the document depends on.
        self.document = arn.apply(self._write, run_with_unknowns=True)

    def add(self, *statements: Mapping[str, Any]) -> None:
        """Add statements.

        Raises:
            RuntimeError: after the document was written, because the addition would be lost.
        """
        if self._written:
            raise RuntimeError("policy statement added after the policy was written: add it outside apply()")
        self._statements.extend(statements)

    def _write(self, arn: str) -> pulumi.Output[str]:
        del arn
        self._written = True
        return document(self._statements)


def deny_insecure_transport(actions: str | Sequence[str], *resources: pulumi.Input[str]) -> dict[str, Any]:
    """Return the statement that denies every request without TLS."""
    return {
        "Effect": "Deny",
        "Principal": "*",
        "Action": actions,
        "Resource": resources[0] if len(resources) == 1 else list(resources),
        "Condition": ONLY_TLS,
    }


def allow_service(
    service: str, action: str, arn: pulumi.Input[str], source_arn: pulumi.Input[str]
) -> dict[str, Any]:
    """Return the statement that allows an AWS service to act on a resource on behalf of one source."""
    return {
        "Effect": "Allow",
        "Principal": {"Service": service},
        "Action": action,
        "Resource": arn,
        "Condition": {"ArnEquals": {"aws:SourceArn": source_arn}},
    }
