"""The most that a role of the stacks may be given, whatever its policy says: the permissions boundary.

It is one for all of a stack's roles: those of functions, and those of the AWS services that work for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bootstrap.permissions.access import NAMED, NUMBERED, Holder, Scope, tagged
from components.iam import Condition, Grant

METRICS = "Strata"
"""CloudWatch's namespace of the platform's own metrics."""


@dataclass(frozen=True)
class Bound:
    """What may be done at most.

    Attributes:
        on: the ARNs, as `Scope.arn` fills them in.
        actions: IAM's actions.
        reason: why an ARN holds a `*`.
        held_by: what holds it to the scope besides the ARNs.
    """

    on: tuple[str, ...]
    actions: tuple[str, ...]
    reason: str = NAMED
    held_by: Holder | None = None


def _own_metrics(scope: Scope) -> Condition:
    del scope
    return {"StringEquals": {"cloudwatch:namespace": METRICS}}


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
            "dynamodb:ListStreams",
            "dynamodb:PutItem",
            "dynamodb:Query",
            "dynamodb:UpdateItem",
        ),
    ),
    Bound(
        ("arn:aws:s3:::{names}",),  # Firehose's: functions put nothing there themselves.
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
            "arn:aws:ses:{region}:{account}:identity/*",
            "arn:aws:ses:{region}:{account}:template/{names}",
        ),
        ("ses:SendEmail", "ses:SendTemplatedEmail"),
        "an identity is named by its domain, and stacks that come and go share one",
    ),
    Bound(("*",), ("sns:Publish",), "a phone number has no ARN"),
    Bound(("arn:aws:states:{region}:{account}:stateMachine:{names}",), ("states:StartExecution",)),
    Bound(
        ("arn:aws:execute-api:{region}:{account}:*/POST/@connections/*",),
        ("execute-api:ManageConnections",),
        "AWS names a WebSocket API, and each of its connections, by an id",
    ),
    Bound(
        ("arn:aws:cognito-idp:{region}:{account}:userpool/*",),
        ("cognito-idp:ListUsersInGroup",),
        NUMBERED,
        tagged,
    ),
    Bound(
        ("arn:aws:kms:{region}:{account}:key/*",),
        ("kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey"),
        "DynamoDB's key, which AWS names; its own policy lets callers in through DynamoDB alone",
    ),
    Bound(
        ("*",),
        ("cloudwatch:PutMetricData",),
        "metrics have no ARN; the condition says whose they are",
        _own_metrics,
    ),
    Bound(
        ("*",),
        ("xray:PutTelemetryRecords", "xray:PutTraceSegments"),
        "X-Ray knows no resource for these actions",
    ),
)


def ceiling(scope: Scope) -> Iterator[Grant]:
    """The bounds of the scope's roles."""
    for bound in CEILING:
        yield scope.grant(bound.actions, bound.on, bound.reason, bound.held_by)
