"""The roles that CI assumes: one sees the whole project, the others each deploy one environment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import pulumi
import pulumi_aws as aws

from bootstrap.config import Config
from bootstrap.permissions import NAMED, ROLES, Scope, ceiling, platform
from bootstrap.state import State
from components.iam import Condition, Grant, policy

STATE_FILES = "the state is files below a path"
ASSUMED_BY = (
    "events.amazonaws.com",
    "firehose.amazonaws.com",
    "lambda.amazonaws.com",
    "scheduler.amazonaws.com",
)
"""The services that work for a stack with a role of its own."""


class Reader(pulumi.ComponentResource):
    """A role that sees all of the project's stacks and changes nothing.

    It decrypts their secrets: a preview compares them.

    Args:
        trust: who may assume it.
        locks: whether it may lock a stack while it looks: a refresh does, a preview does not.

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
        super().__init__("strata:bootstrap:Reader", name, {}, opts)
        scope = _scope(config, "*")
        own = [*_read_state(state, scope), *_decrypt(state, scope)]
        if locks:
            own += [_lock_state(state, scope), _through_s3(state, scope, "kms:GenerateDataKey")]
        self.role_arn = _role(self, name, trust, own, platform(scope)).arn
        self.register_outputs({"roleArn": self.role_arn})


class Deployer(pulumi.ComponentResource):
    """A role that deploys the stacks of one environment, and the bounds of what they may make.

    Without the bounds, leave to make roles would be leave to do anything: a function could be given
    every permission, and be called.

    Args:
        trust: who may assume it.
        stack: the environment's stacks, as IAM matches names: `dev`, or `pr-*`.

    Attributes:
        role_arn: the role's ARN.
        boundary_arn: the permissions boundary that each role of these stacks must carry.
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
        super().__init__("strata:bootstrap:Deployer", name, {}, opts)
        scope = _scope(config, stack)
        boundary = aws.iam.Policy(
            f"{name}-boundary",
            # IAM changes no description: another would be another boundary, under another ARN.
            description=f"The most that a function of {config.project}'s {stack} may do",
            policy=policy([*ceiling(scope)]),
            opts=pulumi.ResourceOptions(parent=self),
        )
        own = [
            *_bounded_roles(scope, boundary.arn),
            *_write_state(state, scope),
            *_decrypt(state, scope),
            _own_secrets(state, scope, "kms:Encrypt"),
        ]
        self.role_arn = _role(self, name, trust, own, platform(scope, write=True)).arn
        self.boundary_arn = boundary.arn
        self.register_outputs({"roleArn": self.role_arn, "boundaryArn": self.boundary_arn})


def _scope(config: Config, stack: str) -> Scope:
    return Scope(config.account, config.region, config.project, stack)


def _role(
    parent: pulumi.Resource,
    name: str,
    trust: pulumi.Output[str],
    own: Sequence[Grant],
    layers: Mapping[str, Sequence[Grant]],
) -> aws.iam.Role:
    """A role with a policy of its own, and one a layer: IAM takes no policy as long as all of them."""
    opts = pulumi.ResourceOptions(parent=parent)
    role = aws.iam.Role(name, assume_role_policy=trust, opts=opts)
    aws.iam.RolePolicy(name, role=role.name, policy=policy(own), opts=opts)
    for layer, grants in layers.items():
        of_layer = aws.iam.Policy(f"{name}-{layer}", policy=policy(grants), opts=opts)
        aws.iam.RolePolicyAttachment(f"{name}-{layer}", role=role.name, policy_arn=of_layer.arn, opts=opts)
    return role


def _bounded_roles(scope: Scope, boundary: pulumi.Output[str]) -> Iterator[Grant]:
    roles = (scope.arn(ROLES),)
    filling = ("iam:CreateRole", "iam:PutRolePermissionsBoundary", "iam:PutRolePolicy")
    bounded: Condition = {"StringEquals": {"iam:PermissionsBoundary": boundary}}
    passed: Condition = {"StringEquals": {"iam:PassedToService": ASSUMED_BY}}
    yield Grant(filling, roles, NAMED, bounded)
    yield Grant(("iam:PassRole",), roles, NAMED, passed)


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
    # The secrets provider's context_stack: one key, and yet dev cannot read what prod keeps secret.
    context: Condition = {"StringLike": {"kms:EncryptionContext:stack": scope.stack}}
    return Grant((action,), (state.key_arn,), condition=context)


def _key(state: State, path: str) -> pulumi.Output[str]:
    return pulumi.Output.concat(state.bucket_arn, "/.pulumi/", path)
