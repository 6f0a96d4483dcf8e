"""The roles of AWS's own services: what one may do for one source of ours."""

from __future__ import annotations

from collections.abc import Sequence

import pulumi
import pulumi_aws as aws

from components.base import Component
from components.iam import Grant, policy, trust
from components.runtime import Runtime


class ServiceRole(Component):
    """A role that one AWS service assumes for one source, with one exact policy.

    Args:
        service: the service, such as `events.amazonaws.com`.
        source_arn: for what the service assumes it, such as a rule.
        grants: all that it may do.

    Attributes:
        arn: the role's ARN.
        permissions: what must stand before the role is used.
    """

    def __init__(
        self,
        name: str,
        *,
        runtime: Runtime,
        service: str,
        source_arn: pulumi.Input[str],
        grants: Sequence[Grant],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        role = aws.iam.Role(
            name,
            assume_role_policy=trust(service, source_arn),
            permissions_boundary=runtime.settings.permissions_boundary,
            tags=self.tags,
            opts=self.child(),
        )
        self.arn = role.arn
        self.permissions = aws.iam.RolePolicy(name, role=role.name, policy=policy(grants), opts=self.child())
        self.register_outputs({"arn": role.arn})
