"""Roles: the one way to make a role, and the roles of AWS's own services."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import pulumi
import pulumi_aws as aws

from components.base import Component
from components.iam import Grant, policy
from components.trust import Source, trust
from settings import Settings


class Role(NamedTuple):
    """A role and its policy.

    Attributes:
        arn: the role's ARN.
        permissions: the policy; what uses the role depends on it.
    """

    arn: pulumi.Output[str]
    permissions: aws.iam.RolePolicy


def make_role(
    parent: Component, name: str, service: str, source: Source, settings: Settings, grants: Sequence[Grant]
) -> Role:
    """Create a role that one AWS service assumes, with one inline policy that allows exactly `grants`."""
    role = aws.iam.Role(
        name,
        assume_role_policy=trust(service, source),
        permissions_boundary=settings.permissions_boundary,
        tags=parent.tags,
        opts=parent.child(),
    )
    permissions = aws.iam.RolePolicy(name, role=role.name, policy=policy(grants), opts=parent.child())
    return Role(role.arn, permissions)


class ServiceRole(Component):
    """A role that one AWS service assumes on behalf of one resource.

    Example:
        source = SourceArn("arn:aws:scheduler:us-east-1:123456789012:schedule-group/default")
        grant = Grant(("lambda:InvokeFunction",), (job.arn,))
        ServiceRole("nightly-role", "scheduler.amazonaws.com", source, settings, grants=[grant])

    Args:
        service: the service, such as `events.amazonaws.com`.
        source: on whose behalf the service assumes the role.
        grants: all that the role allows.

    Attributes:
        arn: the role's ARN.
        permissions: the role's policy; what uses the role depends on it.
    """

    name_limit = 64

    def __init__(
        self,
        name: str,
        service: str,
        source: Source,
        settings: Settings,
        *,
        grants: Sequence[Grant],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        self.arn, self.permissions = make_role(self, name, service, source, settings, grants)
        self.register_outputs({"arn": self.arn})
