"""Roles: the one way to make a role, and the roles of AWS's own services."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import pulumi
import pulumi_aws as aws

from components.base import Component
from components.iam import Grant, account_of, document, policy
from settings import Settings


@dataclass(frozen=True)
class SourceArn:
    """The service assumes the role only on behalf of this resource, in its account."""

    arn: pulumi.Input[str]

    @property
    def condition(self) -> dict[str, Any]:
        """The trust policy's condition; both keys, because each has had gaps on its own."""
        return {
            "StringEquals": {"aws:SourceAccount": account_of(self.arn)},
            "ArnEquals": {"aws:SourceArn": self.arn},
        }


@dataclass(frozen=True)
class ExternalId:
    """The service passes this external id, as Firehose passes the account's id."""

    value: pulumi.Input[str]

    @property
    def condition(self) -> dict[str, Any]:
        """The trust policy's condition."""
        return {"StringEquals": {"sts:ExternalId": self.value}}


@dataclass(frozen=True)
class NoSource:
    """The service passes no source, for the reason given."""

    reason: str

    @property
    def condition(self) -> dict[str, Any]:
        """No condition."""
        return {}


Source = SourceArn | ExternalId | NoSource
"""On whose behalf a service assumes a role. Every role names one of these; there is no default."""


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


def trust(service: str, source: Source) -> pulumi.Output[str]:
    """Return the trust policy that allows one AWS service to assume a role on behalf of `source`."""
    statement: dict[str, Any] = {
        "Effect": "Allow",
        "Action": "sts:AssumeRole",
        "Principal": {"Service": service},
    }
    return document([statement | ({"Condition": source.condition} if source.condition else {})])


class ServiceRole(Component):
    """A role that one AWS service assumes on behalf of one resource.

    Example:
        ServiceRole("nightly-role", "scheduler.amazonaws.com", SourceArn(group), settings, grants=grants)

    Args:
        service: the service, such as `events.amazonaws.com`.
        source: on whose behalf the service assumes the role.
        grants: all that the role allows.

    Attributes:
        arn: the role's ARN.
        permissions: the role's policy; what uses the role depends on it.
    """

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
