"""The stacks that a role has access to, and the IAM conditions that limit it to them.

A resource's name contains its stack (the autonaming in Pulumi.yaml), so most grants are limited by a name
pattern. For a resource whose id AWS generates, the grant is limited by the tags that every component sets.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bootstrap.config import PULL_REQUESTS
from components.iam import Condition, Grant

STACK_NAMES = "the pattern matches the names of the stack's resources, which have a random suffix"
GENERATED_ID = "AWS generates the id; the condition on the tags limits the grant to the stack"


@dataclass(frozen=True)
class Scope:
    """The stacks that a role has access to.

    Attributes:
        account: the account id.
        region: the region.
        project: the Pulumi project.
        stack: the stack's name as an IAM pattern: `dev`, `pr-*`, or `*` for all stacks of the project.
        disposable: whether the stacks are destroyed with the objects in their buckets.
    """

    account: str
    region: str
    project: str
    stack: str
    disposable: bool = False

    @property
    def ephemeral(self) -> bool:
        """Whether the stacks are those of pull requests."""
        return self.stack.startswith(f"{PULL_REQUESTS}-")

    def arn(self, pattern: str) -> str:
        """Return an ARN with its placeholders replaced: `{region}`, `{account}`, `{names}` and similar.

        `{names}` is the name pattern of the stacks' resources, and `{stacks}` its part before the resource's
        own name. `{identifiers}` is `{names}` with underscores, for services that do not allow hyphens.
        """
        stacks = f"{self.project}-{self.stack}"
        names = f"{stacks}-*"
        return pattern.format(
            region=self.region,
            account=self.account,
            stacks=stacks,
            names=names,
            identifiers=names.replace("-", "_"),
        )

    def grant(
        self,
        actions: Sequence[str],
        arns: Sequence[str],
        reason: str,
        condition: ScopeCondition | None = None,
    ) -> Grant:
        """Return a grant of `actions` on ARNs with placeholders, with the condition for this scope."""
        return Grant(
            tuple(actions),
            tuple(self.arn(arn) for arn in arns),
            reason,
            condition(self) if condition else None,
        )

    def tags(self, key: str) -> Condition:
        """Return the condition that the tags under `aws:<key>` are those of the scope."""
        return {"StringLike": {f"aws:{key}/project": self.project, f"aws:{key}/stack": self.stack}}


ScopeCondition = Callable[[Scope], Condition]
"""A function that returns the condition of a grant for a scope."""


def resource_tags(scope: Scope) -> Condition:
    """Return the condition that the resource has the scope's tags."""
    return scope.tags("ResourceTag")


def request_tags(scope: Scope) -> Condition:
    """Return the condition that the request sets the scope's tags."""
    return scope.tags("RequestTag")


def request_tags_if_untagged(scope: Scope) -> Condition:
    """Return the condition that the request sets the scope's tags on a resource without a project tag."""
    return {**scope.tags("RequestTag"), "Null": {"aws:ResourceTag/project": "true"}}


@dataclass(frozen=True)
class Access:
    """The calls that the AWS provider makes for some resource types.

    Attributes:
        types: Pulumi type tokens.
        resource: the ARN, with placeholders of `Scope.arn`.
        related: other ARNs that the same calls access.
        read: actions that read the resource, as a refresh does.
        write: actions that create, update and delete the resource.
        reason: why an ARN contains a `*`.
        condition: the condition that limits the grant to the scope; none by default.
        disposable: whether only stacks that are destroyed with their objects get the grant.
    """

    types: tuple[str, ...]
    resource: str
    related: tuple[str, ...] = ()
    read: tuple[str, ...] = ()
    write: tuple[str, ...] = ()
    reason: str = STACK_NAMES
    condition: ScopeCondition | None = None
    disposable: bool = False

    def grants(self, scope: Scope, *, write: bool) -> list[Grant]:
        """Return the grants of the read actions, and with `write` of all actions; empty without actions."""
        actions = (*self.read, *self.write) if write else self.read
        if not actions or (self.disposable and not scope.disposable):
            return []
        return [scope.grant(actions, (self.resource, *self.related), self.reason, self.condition)]
