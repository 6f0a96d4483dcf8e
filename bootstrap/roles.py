"""The roles of CI: readers of the whole project, and one deployer per environment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import pulumi
import pulumi_aws as aws

from bootstrap.base import BootstrapComponent
from bootstrap.config import Config
from bootstrap.permissions import ROLES, STACK_NAMES, Scope, ceiling, denied, platform
from bootstrap.state import State
from components.iam import Condition, Grant, policy

STATE_FILES = "the state is a set of objects with a common prefix"
PASSED_TO = (
    "events.amazonaws.com",
    "firehose.amazonaws.com",
    "lambda.amazonaws.com",
    "scheduler.amazonaws.com",
)
"""The services that assume roles of a stack."""


class Reader(BootstrapComponent):
    """A role with read access to all stacks of the project.

    It can decrypt their secrets, because a preview compares them.

    Args:
        trust: the trust policy.
        locks: whether the role can lock a stack: a refresh locks, a preview does not.

    Attributes:
        role_arn: the role's ARN.
    """

    def __init__(
        self,
        name: str,
        config: Config,
        state: State,
        trust: pulumi.Output[str],
        *,
        locks: bool = False,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        scope = _scope(config, "*")
        grants = [*_read_state(state, scope), *_decrypt(state, scope)]
        if locks:
            grants += [_lock_state(state, scope), _through_s3(state, scope, "kms:GenerateDataKey")]
        self.role_arn = _role(self, name, trust, grants, platform(scope)).arn
        self.register_outputs({"roleArn": self.role_arn})


class Deployer(BootstrapComponent):
    """A role that deploys the stacks of one environment, and the permissions boundary of their roles.

    Without the boundary, permission to create roles would be permission to do anything: a deployment could
    give a function every permission and invoke it.

    Args:
        trust: the trust policy.
        stack: the environment's stacks, as an IAM name pattern: `dev`, or `pr-*`.

    Attributes:
        role_arn: the role's ARN.
        boundary_arn: the permissions boundary that each role of these stacks must have.
    """

    def __init__(
        self,
        name: str,
        config: Config,
        state: State,
        trust: pulumi.Output[str],
        stack: str,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        kept = stack in config.environments and stack not in config.disposable
        scope = _scope(config, stack, disposable=not kept)
        boundary = aws.iam.Policy(
            f"{name}-boundary",
            # A change of the description replaces the policy, and with it the boundary's ARN.
            description=f"Permissions boundary of the roles of {config.project}'s {stack}",
            policy=policy([*ceiling(scope)], *denied(state.key_arn)),
            opts=self.child(),
        )
        grants = [
            *_bounded_roles(scope, boundary.arn),
            *_write_state(state, scope),
            *_decrypt(state, scope),
            _own_secrets(state, scope, "kms:Encrypt"),
        ]
        self.role_arn = _role(self, name, trust, grants, platform(scope, write=True)).arn
        self.boundary_arn = boundary.arn
        self.register_outputs({"roleArn": self.role_arn, "boundaryArn": self.boundary_arn})


def _scope(config: Config, stack: str, *, disposable: bool = False) -> Scope:
    return Scope(config.account, config.region, config.project, stack, disposable)


def _role(
    parent: BootstrapComponent,
    name: str,
    trust: pulumi.Output[str],
    grants: Sequence[Grant],
    layers: Mapping[str, Sequence[Grant]],
) -> aws.iam.Role:
    """Create a role with an inline policy, and one attached policy per layer because of IAM's size limits."""
    role = aws.iam.Role(name, assume_role_policy=trust, opts=parent.child())
    aws.iam.RolePolicy(name, role=role.name, policy=policy(grants), opts=parent.child())
    for layer, layer_grants in layers.items():
        full = f"{name}-{layer}"
        managed = aws.iam.Policy(full, policy=policy(layer_grants), opts=parent.child())
        aws.iam.RolePolicyAttachment(full, role=role.name, policy_arn=managed.arn, opts=parent.child())
    return role


def _bounded_roles(scope: Scope, boundary: pulumi.Output[str]) -> Iterator[Grant]:
    roles = (scope.arn(ROLES),)
    writing = ("iam:CreateRole", "iam:PutRolePermissionsBoundary", "iam:PutRolePolicy")
    bounded: Condition = {"StringEquals": {"iam:PermissionsBoundary": boundary}}
    passed: Condition = {"StringEquals": {"iam:PassedToService": PASSED_TO}}
    yield Grant(writing, roles, STACK_NAMES, bounded)
    yield Grant(("iam:PassRole",), roles, STACK_NAMES, passed)


def _read_state(state: State, scope: Scope) -> Iterator[Grant]:
    files = (
        _key(state, "meta.yaml"),
        _key(state, f"stacks/{scope.project}/{scope.stack}.json*"),
        _key(state, f"locks/organization/{scope.project}/{scope.stack}/*"),
    )
    yield Grant(("s3:GetObject",), files, STATE_FILES)
    yield Grant(("s3:ListBucket",), (state.bucket_arn,))


def _write_state(state: State, scope: Scope) -> Iterator[Grant]:
    files = (
        _key(state, f"stacks/{scope.project}/{scope.stack}.json*"),
        _key(state, f"history/{scope.project}/{scope.stack}/*"),
        _key(state, f"backups/{scope.project}/{scope.stack}/*"),
    )
    yield from _read_state(state, scope)
    yield Grant(("s3:DeleteObject", "s3:GetObject", "s3:PutObject"), files, STATE_FILES)
    yield _lock_state(state, scope)
    yield _through_s3(state, scope, "kms:GenerateDataKey")


def _lock_state(state: State, scope: Scope) -> Grant:
    files = (_key(state, f"locks/organization/{scope.project}/{scope.stack}/*"),)
    return Grant(("s3:DeleteObject", "s3:PutObject"), files, STATE_FILES)


def _decrypt(state: State, scope: Scope) -> Iterator[Grant]:
    yield _through_s3(state, scope, "kms:Decrypt")
    yield _own_secrets(state, scope, "kms:Decrypt")


def _through_s3(state: State, scope: Scope, action: str) -> Grant:
    via: Condition = {"StringEquals": {"kms:ViaService": f"s3.{scope.region}.amazonaws.com"}}
    return Grant((action,), (state.key_arn,), condition=via)


def _own_secrets(state: State, scope: Scope, action: str) -> Grant:
    # The secrets provider's context_stack: all stacks share the key, but dev cannot decrypt prod's secrets.
    context: Condition = {"StringLike": {"kms:EncryptionContext:stack": scope.stack}}
    return Grant((action,), (state.key_arn,), condition=context)


def _key(state: State, path: str) -> pulumi.Output[str]:
    return pulumi.Output.concat(state.bucket_arn, "/.pulumi/", path)
