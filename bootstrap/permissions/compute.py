"""Access to functions, layers, event source mappings, roles, log groups and alarms."""

from __future__ import annotations

from bootstrap.permissions.access import Access, Scope
from components.iam import Condition
from settings import CLOUDFRONT_REGION

FUNCTIONS = "arn:aws:lambda:{region}:{account}:function:{names}"
MAPPINGS = "arn:aws:lambda:{region}:{account}:event-source-mapping:*"
ROLES = "arn:aws:iam::{account}:role/{names}"
LOG_GROUP_WRITES = (
    "logs:CreateLogGroup",
    "logs:DeleteLogGroup",
    "logs:DeleteRetentionPolicy",
    "logs:PutRetentionPolicy",
    "logs:TagResource",
    "logs:UntagResource",
)


def _of_own_functions(scope: Scope) -> Condition:
    return {"ArnLike": {"lambda:FunctionArn": scope.arn(FUNCTIONS)}}


COMPUTE = (
    Access(
        (
            "aws:lambda/function:Function",
            "aws:lambda/alias:Alias",
            "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig",
            "aws:lambda/permission:Permission",
        ),
        FUNCTIONS,
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
    Access(
        ("aws:lambda/eventSourceMapping:EventSourceMapping",),
        "*",
        write=("lambda:CreateEventSourceMapping",),
        reason="a mapping has no ARN before it is created",
        condition=_of_own_functions,
    ),
    Access(
        ("aws:lambda/eventSourceMapping:EventSourceMapping",),
        MAPPINGS,
        write=("lambda:DeleteEventSourceMapping", "lambda:UpdateEventSourceMapping"),
        reason="AWS generates a mapping's id; the condition limits the function",
        condition=_of_own_functions,
    ),
    # No condition: a deleted mapping has no function, and the provider reads until it is deleted.
    Access(
        ("aws:lambda/eventSourceMapping:EventSourceMapping",),
        MAPPINGS,
        read=("lambda:GetEventSourceMapping", "lambda:ListTags"),
        write=("lambda:TagResource", "lambda:UntagResource"),
        reason="AWS generates a mapping's id, and no permission depends on its tags",
    ),
    # Creating a role and writing its policy require the permissions boundary: see `roles.Deployer`.
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
        related=(
            "arn:aws:logs:{region}:{account}:log-group:/aws/vendedlogs/{names}",
            # CloudFront delivers its access log in this region only.
            f"arn:aws:logs:{CLOUDFRONT_REGION}:{{account}}:log-group:/aws/vendedlogs/{{names}}",
        ),
        read=("logs:ListTagsForResource",),
        write=LOG_GROUP_WRITES,
    ),
    Access(
        ("aws:cloudwatch/logGroup:LogGroup",),
        "*",
        read=("logs:DescribeLogGroups",),
        reason="DescribeLogGroups has no resource-level permissions",
    ),
    Access(
        ("aws:cloudwatch/logStream:LogStream",),
        "arn:aws:logs:{region}:{account}:log-group:{names}",
        read=("logs:DescribeLogStreams",),
        write=("logs:CreateLogStream", "logs:DeleteLogStream"),
    ),
    Access(
        ("aws:cloudwatch/metricAlarm:MetricAlarm",),
        "arn:aws:cloudwatch:{region}:{account}:alarm:{names}",
        read=("cloudwatch:ListTagsForResource",),
        write=(
            "cloudwatch:DeleteAlarms",
            "cloudwatch:PutMetricAlarm",
            "cloudwatch:TagResource",
            "cloudwatch:UntagResource",
        ),
    ),
    # The provider describes an alarm by its name, which CloudWatch may authorize as a list of all alarms.
    Access(
        ("aws:cloudwatch/metricAlarm:MetricAlarm",),
        "*",
        read=("cloudwatch:DescribeAlarms",),
        reason="DescribeAlarms filters a list of all alarms, and shows configuration only",
    ),
)
