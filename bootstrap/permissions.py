"""What looking after each resource type takes of AWS, and whose resources a role may look after.

A name carries the stack that it belongs to (Pulumi.yaml's autonaming), so most services are held to
names. What AWS names by an id of its own is held to the tags that every component sets.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from bootstrap.policy import Condition, Statement
from components.iam import Grant

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

    def arn(self, pattern: str) -> str:
        """An ARN with its blanks filled in: `{region}`, `{account}`, `{names}`."""
        names = f"{self.project}-{self.stack}-*"
        return pattern.format(region=self.region, account=self.account, names=names)

    def tags(self, key: str) -> Condition:
        """That the tags under `aws:<key>` are those of the scope."""
        return {"StringLike": {f"aws:{key}/project": self.project, f"aws:{key}/stack": self.stack}}


@dataclass(frozen=True)
class Access:
    """The calls that the AWS provider makes for some resource types.

    Attributes:
        types: Pulumi's type tokens.
        on: the ARNs, as `Scope.arn` fills them in.
        read: to see them: what a refresh does.
        write: to make, change and delete them.
        reason: why the ARN holds a `*`.
        held_by: what holds it to the scope besides the ARN: the tags that the resource has
            (`ResourceTag`), or those that the call gives it (`RequestTag`).
    """

    types: tuple[str, ...]
    on: str
    read: tuple[str, ...] = ()
    write: tuple[str, ...] = ()
    reason: str = NAMED
    held_by: Literal["ResourceTag", "RequestTag"] | None = None

    def statement(self, scope: Scope, *, write: bool) -> Statement | None:
        """Leave to read, or to write too; None where there is nothing to allow."""
        actions = (*self.read, *self.write) if write else self.read
        if not actions:
            return None
        grant = Grant(actions, (scope.arn(self.on),), self.reason)
        return Statement(grant, scope.tags(self.held_by)) if self.held_by else Statement(grant)


FUNCTION = "aws:lambda/function:Function"
ROLES = "arn:aws:iam::{account}:role/{names}"
LOG_GROUP_WRITES = (
    "logs:CreateLogGroup",
    "logs:DeleteLogGroup",
    "logs:DeleteRetentionPolicy",
    "logs:PutRetentionPolicy",
    "logs:TagResource",
    "logs:UntagResource",
)
APIS = (
    "aws:apigatewayv2/api:Api",
    "aws:apigatewayv2/authorizer:Authorizer",
    "aws:apigatewayv2/integration:Integration",
    "aws:apigatewayv2/route:Route",
    "aws:apigatewayv2/stage:Stage",
)
POOLS = (
    "aws:cognito/identityProvider:IdentityProvider",
    "aws:cognito/resourceServer:ResourceServer",
    "aws:cognito/userGroup:UserGroup",
    "aws:cognito/userPool:UserPool",
    "aws:cognito/userPoolClient:UserPoolClient",
    "aws:cognito/userPoolDomain:UserPoolDomain",
)

PLATFORM = (
    Access(
        (
            FUNCTION,
            "aws:lambda/alias:Alias",
            "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig",
            "aws:lambda/permission:Permission",
        ),
        "arn:aws:lambda:{region}:{account}:function:{names}",
        read=(
            "lambda:GetAlias",
            "lambda:GetFunction",
            "lambda:GetFunctionCodeSigningConfig",
            "lambda:GetFunctionConcurrency",
            "lambda:GetFunctionConfiguration",
            "lambda:GetFunctionEventInvokeConfig",
            "lambda:GetPolicy",
            "lambda:ListTags",
            "lambda:ListVersionsByFunction",
        ),
        write=(
            "lambda:AddPermission",
            "lambda:CreateAlias",
            "lambda:CreateFunction",
            "lambda:DeleteAlias",
            "lambda:DeleteFunction",
            "lambda:DeleteFunctionConcurrency",
            "lambda:DeleteFunctionEventInvokeConfig",
            "lambda:PublishVersion",
            "lambda:PutFunctionConcurrency",
            "lambda:PutFunctionEventInvokeConfig",
            "lambda:RemovePermission",
            "lambda:TagResource",
            "lambda:UntagResource",
            "lambda:UpdateAlias",
            "lambda:UpdateFunctionCode",
            "lambda:UpdateFunctionConfiguration",
            "lambda:UpdateFunctionEventInvokeConfig",
        ),
    ),
    Access(
        ("aws:lambda/layerVersion:LayerVersion",),
        "arn:aws:lambda:{region}:{account}:layer:{names}",
        read=("lambda:GetLayerVersion",),
        write=("lambda:DeleteLayerVersion", "lambda:PublishLayerVersion"),
    ),
    # What makes a role or fills it is in `roles.Deployer`: it hangs on the permissions boundary.
    Access(
        ("aws:iam/role:Role", "aws:iam/rolePolicy:RolePolicy"),
        ROLES,
        read=(
            "iam:GetRole",
            "iam:GetRolePolicy",
            "iam:ListAttachedRolePolicies",
            "iam:ListInstanceProfilesForRole",
            "iam:ListRolePolicies",
        ),
        write=(
            "iam:DeleteRole",
            "iam:DeleteRolePolicy",
            "iam:TagRole",
            "iam:UntagRole",
            "iam:UpdateAssumeRolePolicy",
            "iam:UpdateRole",
        ),
    ),
    Access(
        ("aws:cloudwatch/logGroup:LogGroup",),
        "arn:aws:logs:{region}:{account}:log-group:{names}",
        read=("logs:ListTagsForResource",),
        write=LOG_GROUP_WRITES,
    ),
    Access(
        ("aws:cloudwatch/logGroup:LogGroup",),
        "arn:aws:logs:{region}:{account}:log-group:/aws/vendedlogs/{names}",
        read=("logs:ListTagsForResource",),
        write=LOG_GROUP_WRITES,
    ),
    Access(
        ("aws:cloudwatch/logGroup:LogGroup",),
        "*",
        read=("logs:DescribeLogGroups",),
        reason="log groups are listed, all or none",
    ),
    Access(
        ("aws:dynamodb/table:Table",),
        "arn:aws:dynamodb:{region}:{account}:table/{names}",
        read=(
            "dynamodb:DescribeContinuousBackups",
            "dynamodb:DescribeTable",
            "dynamodb:DescribeTimeToLive",
            "dynamodb:ListTagsOfResource",
        ),
        write=(
            "dynamodb:CreateTable",
            "dynamodb:DeleteTable",
            "dynamodb:TagResource",
            "dynamodb:UntagResource",
            "dynamodb:UpdateContinuousBackups",
            "dynamodb:UpdateTable",
            "dynamodb:UpdateTimeToLive",
        ),
    ),
    Access(
        ("aws:sqs/queue:Queue",),
        "arn:aws:sqs:{region}:{account}:{names}",
        read=("sqs:GetQueueAttributes", "sqs:GetQueueUrl", "sqs:ListQueueTags"),
        write=(
            "sqs:CreateQueue",
            "sqs:DeleteQueue",
            "sqs:SetQueueAttributes",
            "sqs:TagQueue",
            "sqs:UntagQueue",
        ),
    ),
    Access(
        POOLS,
        "arn:aws:cognito-idp:{region}:{account}:userpool/*",
        read=(
            "cognito-idp:DescribeIdentityProvider",
            "cognito-idp:DescribeResourceServer",
            "cognito-idp:DescribeUserPool",
            "cognito-idp:DescribeUserPoolClient",
            "cognito-idp:GetGroup",
            "cognito-idp:GetUserPoolMfaConfig",
            "cognito-idp:ListTagsForResource",
        ),
        write=(
            "cognito-idp:AddCustomAttributes",
            "cognito-idp:CreateGroup",
            "cognito-idp:CreateIdentityProvider",
            "cognito-idp:CreateResourceServer",
            "cognito-idp:CreateUserPoolClient",
            "cognito-idp:CreateUserPoolDomain",
            "cognito-idp:DeleteGroup",
            "cognito-idp:DeleteIdentityProvider",
            "cognito-idp:DeleteResourceServer",
            "cognito-idp:DeleteUserPool",
            "cognito-idp:DeleteUserPoolClient",
            "cognito-idp:DeleteUserPoolDomain",
            "cognito-idp:SetUserPoolMfaConfig",
            "cognito-idp:TagResource",
            "cognito-idp:UntagResource",
            "cognito-idp:UpdateGroup",
            "cognito-idp:UpdateIdentityProvider",
            "cognito-idp:UpdateResourceServer",
            "cognito-idp:UpdateUserPool",
            "cognito-idp:UpdateUserPoolClient",
            "cognito-idp:UpdateUserPoolDomain",
        ),
        reason=NUMBERED,
        held_by="ResourceTag",
    ),
    Access(
        POOLS,
        "*",
        read=("cognito-idp:DescribeUserPoolDomain",),
        reason="a domain is looked up before its pool is known",
    ),
    Access(
        POOLS,
        "*",
        write=("cognito-idp:CreateUserPool",),
        reason="a pool has no ARN before it is made",
        held_by="RequestTag",
    ),
    Access(
        APIS,
        "arn:aws:apigateway:{region}::/apis/*",
        read=("apigateway:GET",),
        write=("apigateway:DELETE", "apigateway:PATCH", "apigateway:POST", "apigateway:PUT"),
        reason=NUMBERED,
        held_by="ResourceTag",
    ),
    Access(
        APIS,
        "arn:aws:apigateway:{region}::/apis/*/*",
        read=("apigateway:GET",),
        write=("apigateway:DELETE", "apigateway:PATCH", "apigateway:POST", "apigateway:PUT"),
        reason="what stands below an HTTP API carries no tags, and its id is known to AWS alone",
    ),
    Access(
        APIS,
        "arn:aws:apigateway:{region}::/apis",
        write=("apigateway:POST",),
        held_by="RequestTag",
    ),
    Access(
        APIS,
        "arn:aws:apigateway:{region}::/tags/*",
        write=("apigateway:POST", "apigateway:PUT"),
        reason="what is tagged stands there by its id; the condition lets no other stack's tags be given",
        held_by="RequestTag",
    ),
    Access(
        APIS,
        "arn:aws:apigateway:{region}::/tags/*",
        write=("apigateway:DELETE",),
        reason="what loses a tag stands there by its id",
    ),
    Access(
        ("aws:apigatewayv2/api:Api",),
        "arn:aws:iam::{account}:role/aws-service-role/ops.apigateway.amazonaws.com/*",
        write=("iam:CreateServiceLinkedRole",),
        reason="API Gateway's own role, which the first API of an account brings along; AWS names it",
    ),
    Access(
        ("aws:apigatewayv2/stage:Stage",),
        "*",
        write=(
            "logs:CreateLogDelivery",
            "logs:DeleteLogDelivery",
            "logs:DescribeResourcePolicies",
            "logs:GetLogDelivery",
            "logs:ListLogDeliveries",
            "logs:PutResourcePolicy",
            "logs:UpdateLogDelivery",
        ),
        reason="a stage's access log is a delivery of the account, and deliveries have no ARN",
    ),
)
"""Every resource type that the platform declares: a deployment needs these calls and no others."""

FUNCTIONS = (
    (
        "arn:aws:dynamodb:{region}:{account}:table/{names}",
        (
            "dynamodb:ConditionCheckItem",
            "dynamodb:DeleteItem",
            "dynamodb:GetItem",
            "dynamodb:PutItem",
            "dynamodb:Query",
            "dynamodb:UpdateItem",
        ),
        NAMED,
    ),
    (
        "arn:aws:logs:{region}:{account}:log-group:{names}",
        ("logs:CreateLogStream", "logs:PutLogEvents"),
        NAMED,
    ),
    ("arn:aws:sqs:{region}:{account}:{names}", ("sqs:SendMessage",), NAMED),
    (
        "arn:aws:kms:{region}:{account}:key/*",
        ("kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey"),
        "DynamoDB's key, which AWS names; its own policy lets callers in through DynamoDB alone",
    ),
    (
        "*",
        ("xray:PutTelemetryRecords", "xray:PutTraceSegments"),
        "X-Ray knows no resource for these actions",
    ),
)
"""The most that any function may be given, whatever its role says: ARN, actions, reason for a `*`."""


def platform(scope: Scope, *, write: bool = False) -> Iterator[Statement]:
    """What it takes to see the scope's resources, or to deploy them."""
    for access in PLATFORM:
        statement = access.statement(scope, write=write)
        if statement:
            yield statement


def functions(scope: Scope) -> Iterator[Statement]:
    """The bounds of the scope's functions."""
    for arn, actions, reason in FUNCTIONS:
        yield Statement(Grant(actions, (scope.arn(arn),), reason))
