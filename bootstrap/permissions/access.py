"""Whose resources a role may look after, and how AWS is told so.

A name carries the stack that it belongs to (Pulumi.yaml's autonaming), so most services are held to
names. What AWS names by an id of its own is held to the tags that every component sets.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bootstrap.config import PULL_REQUESTS
from components.iam import Condition, Grant

NAMED = "the stack's name begins the resource's, and a random suffix ends it"
NUMBERED = "AWS names it by an id; the condition on its tags says whose it is"


@dataclass(frozen=True)
class Scope:
    """Whose resources.

    Attributes:
        stack: the stack's name, as IAM matches it: `dev`, `pr-*`, or `*` for all of the project.
    """

    account: str
    region: str
    project: str
    stack: str

    @property
    def ephemeral(self) -> bool:
        """Whether its stacks come and go, with all that is in them."""
        return self.stack.startswith(f"{PULL_REQUESTS}-")

    def arn(self, pattern: str) -> str:
        """An ARN with its blanks filled in: `{region}`, `{account}`, `{names}`.

        Where AWS takes no hyphen in a name, `{identifiers}` is the same with underscores.
        """
        names = f"{self.project}-{self.stack}-*"
        return pattern.format(
            region=self.region, account=self.account, names=names, identifiers=names.replace("-", "_")
        )

    def grant(
        self, actions: Sequence[str], arns: Sequence[str], reason: str, held_by: Holder | None = None
    ) -> Grant:
        """Leave to do `actions` on ARNs with blanks, as far as `held_by` lets."""
        condition = held_by(self) if held_by else None
        return Grant(tuple(actions), tuple(self.arn(arn) for arn in arns), reason, condition)

    def tags(self, key: str) -> Condition:
        """That the tags under `aws:<key>` are those of the scope."""
        return {"StringLike": {f"aws:{key}/project": self.project, f"aws:{key}/stack": self.stack}}


Holder = Callable[[Scope], Condition]
"""What holds a grant to a scope besides its ARNs."""


def tagged(scope: Scope) -> Condition:
    """The tags that the resource has."""
    return scope.tags("ResourceTag")


def tagging(scope: Scope) -> Condition:
    """The tags that the call gives it."""
    return scope.tags("RequestTag")


def tagging_unclaimed(scope: Scope) -> Condition:
    """The same, where it belongs to no project yet: nobody takes over what another stack made."""
    return {**scope.tags("RequestTag"), "Null": {"aws:ResourceTag/project": "true"}}


@dataclass(frozen=True)
class Access:
    """The calls that the AWS provider makes for some resource types.

    Attributes:
        types: Pulumi's type tokens.
        on: the ARN, as `Scope.arn` fills it in.
        beside: ARNs that the same calls touch as well.
        read: to see them: what a refresh does.
        write: to make, change and delete them.
        reason: why an ARN holds a `*`.
        held_by: what holds it to the scope besides the ARNs.
        ephemeral: whether it is for stacks that come and go alone.
    """

    types: tuple[str, ...]
    on: str
    beside: tuple[str, ...] = ()
    read: tuple[str, ...] = ()
    write: tuple[str, ...] = ()
    reason: str = NAMED
    held_by: Holder | None = None
    ephemeral: bool = False

    def grants(self, scope: Scope, *, write: bool) -> list[Grant]:
        """Leave to read, or to write too; none where there is nothing to allow."""
        actions = (*self.read, *self.write) if write else self.read
        if not actions or (self.ephemeral and not scope.ephemeral):
            return []
        return [scope.grant(actions, (self.on, *self.beside), self.reason, self.held_by)]
