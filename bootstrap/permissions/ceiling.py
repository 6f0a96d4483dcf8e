"""The permissions boundary of a stack's roles.

All roles of a stack share it: those of functions, and those that AWS services assume. A deployment
can give a role any policy, so only the boundary separates the stacks of one account.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pulumi

from bootstrap.permissions.access import GENERATED_ID, STACK_NAMES, Scope, ScopeCondition, resource_tags
from components.iam import Condition, Grant

ENCRYPTING = ("dynamodb", "lambda", "secretsmanager")
"""The services that encrypt a stack's data with an AWS managed key, on behalf of the caller."""


@dataclass(frozen=True)
class Bound:
    """Actions that the boundary allows.

    Attributes:
        resources: the ARNs, with placeholders of `Scope.arn`.
        actions: IAM actions.
        reason: why an ARN contains a `*`.
        condition: the condition that limits it to the scope; none by default.
    """

    resources: tuple[str, ...]
    actions: tuple[str, ...]
    reason: str = STACK_NAMES
    condition: ScopeCondition | None = None


def _through_services(scope: Scope) -> Condition:
    services = [f"{service}.{scope.region}.amazonaws.com" for service in ENCRYPTING]
    return {"StringEquals": {"kms:ViaService": services}}


def _own_identity(scope: Scope) -> Condition:
    # The stacks of pull requests send from the identity of another stack: see `components.mail`.
    return {} if scope.ephemeral else resource_tags(scope)


CEILING = (
    Bound(
        ("arn:aws:dynamodb:{region}:{account}:table/{names}",),
        (
            "dynamodb:ConditionCheckItem",
            "dynamodb:DeleteItem",
            "dynamodb:DescribeStream",
            "dynamodb:GetItem",
            "dynamodb:GetRecords",
            "dynamodb:GetShardIterator",
            "dynamodb:PutItem",
            "dynamodb:Query",
            "dynamodb:UpdateItem",
        ),
    ),
    Bound(
        ("arn:aws:s3:::{names}",),
        (
            "s3:AbortMultipartUpload",
            "s3:GetBucketLocation",
            "s3:GetObject",
            "s3:ListBucket",
            "s3:ListBucketMultipartUploads",
            "s3:PutObject",
        ),
    ),
    Bound(
        ("arn:aws:s3:::{names}/assets/*", "arn:aws:s3:::{names}/releases/*"),
        ("s3:DeleteObject",),
        "releases of the app; no other object is deleted by a function",
    ),
    Bound(
        ("arn:aws:cloudfront::{account}:key-value-store/*",),
        ("cloudfront-keyvaluestore:ListKeys",),
        "AWS generates the id of a store, and the action has no condition on tags",
    ),
    Bound(
        ("arn:aws:logs:{region}:{account}:log-group:{names}",),
        ("logs:CreateLogStream", "logs:PutLogEvents"),
    ),
    Bound(
        ("arn:aws:sqs:{region}:{account}:{names}",),
        ("sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage", "sqs:SendMessage"),
    ),
    Bound(("arn:aws:events:{region}:{account}:event-bus/{names}",), ("events:PutEvents",)),
    Bound(
        ("arn:aws:events:{region}:{account}:api-destination/{names}",),
        ("events:InvokeApiDestination",),
    ),
    Bound(("arn:aws:lambda:{region}:{account}:function:{names}",), ("lambda:InvokeFunction",)),
    Bound(
        ("arn:aws:firehose:{region}:{account}:deliverystream/{names}",),
        ("firehose:PutRecordBatch",),
    ),
    Bound(
        ("arn:aws:secretsmanager:{region}:{account}:secret:{names}",),
        ("secretsmanager:GetSecretValue",),
    ),
    Bound(
        (
            "arn:aws:ses:{region}:{account}:configuration-set/{names}",
            "arn:aws:ses:{region}:{account}:template/{names}",
        ),
        ("ses:SendEmail", "ses:SendTemplatedEmail"),
    ),
    Bound(
        ("arn:aws:ses:{region}:{account}:identity/*",),
        ("ses:SendEmail", "ses:SendTemplatedEmail"),
        "an identity has the name of its domain; the condition limits its tags",
        _own_identity,
    ),
    Bound(("*",), ("sns:Publish",), "a phone number has no ARN; topics are denied below"),
    Bound(("arn:aws:states:{region}:{account}:stateMachine:{names}",), ("states:StartExecution",)),
    Bound(
        (
            "arn:aws:execute-api:{region}:{account}:*/DELETE/@connections/*",
            "arn:aws:execute-api:{region}:{account}:*/POST/@connections/*",
        ),
        ("execute-api:ManageConnections",),
        "AWS generates the ids of a WebSocket API and of its connections",
    ),
    Bound(
        ("arn:aws:cognito-idp:{region}:{account}:userpool/*",),
        (
            "cognito-idp:AdminDeleteUser",
            "cognito-idp:AdminDisableUser",
            "cognito-idp:AdminEnableUser",
            "cognito-idp:AdminUserGlobalSignOut",
            "cognito-idp:ListUsers",
            "cognito-idp:ListUsersInGroup",
        ),
        GENERATED_ID,
        resource_tags,
    ),
    Bound(
        ("arn:aws:kms:{region}:{account}:key/*",),
        ("kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey"),
        "AWS generates the key id; the condition allows use through AWS services only",
        _through_services,
    ),
    Bound(
        ("arn:aws:kms:{region}:{account}:key/*",),
        ("kms:Decrypt", "kms:Encrypt"),
        GENERATED_ID,
        resource_tags,
    ),
    Bound(
        ("*",),
        ("xray:PutTelemetryRecords", "xray:PutTraceSegments"),
        "X-Ray has no resource-level permissions for these actions",
    ),
)


def denied(state_key: pulumi.Input[str]) -> Iterator[dict[str, Any]]:
    """Yield the statements that deny in every boundary, whatever a grant allows.

    The state key encrypts the secrets of every stack in the account. A topic's ARN matches the `*` that a
    phone number needs; no role publishes to a topic, only AWS services do.
    """
    yield {"Effect": "Deny", "Action": "kms:*", "Resource": [state_key]}
    yield {"Effect": "Deny", "Action": "sns:Publish", "Resource": ["arn:aws:sns:*:*:*"]}


def ceiling(scope: Scope) -> Iterator[Grant]:
    """Yield the grants of the permissions boundary of the scope's roles."""
    for bound in CEILING:
        yield scope.grant(bound.actions, bound.resources, bound.reason, bound.condition)
