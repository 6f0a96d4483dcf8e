"""Least privilege as data: a resource offers grants by verb, a function turns them into one policy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi

Condition = Mapping[str, Mapping[str, pulumi.Input[str] | Sequence[pulumi.Input[str]]]]
"""Operator to key to value or values, such as `{"StringEquals": {"events:source": "strata.users"}}`."""

ONLY_TLS: Condition = {"Bool": {"aws:SecureTransport": "false"}}
"""What a refusal of plain HTTP depends on."""


@dataclass(frozen=True)
class Grant:
    """Exact actions on exact resources.

    Attributes:
        actions: IAM actions, such as `dynamodb:PutItem`; never `*`.
        resources: ARNs; `*` only where AWS knows no resource for the action.
        reason: why a resource holds a `*`; required there.
        condition: when the grant holds; always where none is given.
    """

    actions: tuple[str, ...]
    resources: tuple[pulumi.Input[str], ...]
    reason: str = ""
    condition: Condition | None = None

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
    return document([_allowed(grant) for grant in grants])


def trust(service: str, source_arn: pulumi.Input[str] | None = None) -> pulumi.Output[str]:
    """The trust policy that lets one AWS service assume a role, for one source alone where it is given."""
    statement: dict[str, Any] = {
        "Effect": "Allow",
        "Action": "sts:AssumeRole",
        "Principal": {"Service": service},
    }
    if source_arn is not None:
        # The account as well: AWS fills both in, and each alone has had its gaps.
        statement["Condition"] = {
            "StringEquals": {"aws:SourceAccount": account_of(source_arn)},
            "ArnEquals": {"aws:SourceArn": source_arn},
        }
    return document([statement])


def account_of(arn: pulumi.Input[str]) -> pulumi.Output[str]:
    """The id of the account that an ARN belongs to: the program itself is never told."""
    return pulumi.Output.from_input(arn).apply(lambda text: text.split(":")[4])


def document(statements: Sequence[Mapping[str, Any]]) -> pulumi.Output[str]:
    """A policy document of statements in IAM's own words."""
    return pulumi.Output.json_dumps({"Version": "2012-10-17", "Statement": statements}, sort_keys=True)


def _allowed(grant: Grant) -> dict[str, Any]:
    statement: dict[str, Any] = {
        "Effect": "Allow",
        "Action": sorted(grant.actions),
        "Resource": pulumi.Output.all(*grant.resources).apply(sorted),
    }
    return {**statement, "Condition": grant.condition} if grant.condition else statement


class ResourcePolicy:
    """A resource's own policy: who from outside IAM may use it.

    A resource has just one such document, while who sends to it is said in many places. So the document
    stands from the start, and is written when the whole program has been read: nothing that awaits AWS,
    as the resource's ARN does, goes on before that. No resource can be left without its policy because
    nobody asked for one.

    Args:
        arn: the resource.
        statements: what holds whoever is let in, in IAM's own words.

    Attributes:
        document: the policy's text.
    """

    def __init__(self, arn: pulumi.Output[str], *statements: Mapping[str, Any]) -> None:
        self._statements = list(statements)
        self._written = False
        self.document = arn.apply(self._write)

    def add(self, *statements: Mapping[str, Any]) -> None:
        """Add to what the policy says.

        Raises:
            RuntimeError: once the document is written, since nobody would read the addition.
        """
        if self._written:
            raise RuntimeError("a policy's statements are said while the program is read, not in an apply")
        self._statements.extend(statements)

    def _write(self, arn: str) -> pulumi.Output[str]:
        del arn
        self._written = True
        return document(self._statements)


def refuse_plain_http(arn: pulumi.Input[str], actions: str | Sequence[str]) -> dict[str, Any]:
    """The statement that denies everyone what does not come over TLS."""
    return {
        "Effect": "Deny",
        "Principal": "*",
        "Action": actions,
        "Resource": arn,
        "Condition": ONLY_TLS,
    }


def let_in(
    service: str, action: str, arn: pulumi.Input[str], source_arn: pulumi.Input[str]
) -> dict[str, Any]:
    """The statement that lets an AWS service act on a resource for one source alone."""
    return {
        "Effect": "Allow",
        "Principal": {"Service": service},
        "Action": action,
        "Resource": arn,
        "Condition": {"ArnEquals": {"aws:SourceArn": source_arn}},
    }
