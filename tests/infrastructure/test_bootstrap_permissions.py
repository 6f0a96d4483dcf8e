"""The permissions of CI and of the stacks' roles: exact, as wide as the platform needs, and no wider.

What this cannot show: how AWS itself evaluates the policies.
"""

from __future__ import annotations

from fnmatch import fnmatchcase

import pytest

from bootstrap.permissions import LAYERS
from handlers.operations.dead_letters import NAMESPACE
from tests.infrastructure.bootstrap import (
    DECLARED,
    DEPLOYERS,
    READERS,
    attached,
    boundary,
    declared,
    policies,
)
from tools.graph import ACCOUNT, REGION, statements

CHARACTERS = {"aws:iam/rolePolicy:RolePolicy": 10_240, "aws:iam/policy:Policy": 6_144}
"""What IAM takes of a role's own policy, and of one that can be attached, without white space."""

ATTACHED_LIMIT = 10
"""Policies attached to one role."""

TAGS_TO_BE = ["aws:RequestTag/project", "aws:RequestTag/stack"]


def test_no_policy_allows_a_pattern_of_actions() -> None:
    """Every action is written out."""
    patterns = {
        (policy.name, action)
        for policy in policies()
        for statement in statements(policy.inputs["policy"])
        for action in statement["Action"]
        if "*" in action
    }

    assert patterns == set()


def test_everything_is_a_resource_only_where_aws_knows_none() -> None:
    """These actions AWS holds to no resource; what makes something is held by what it makes."""
    wide = {
        action: sorted(key for keys in statement.get("Condition", {}).values() for key in keys)
        for policy in policies()
        for statement in statements(policy.inputs["policy"])
        for action in statement["Action"]
        if "*" in statement["Resource"]
    }

    assert wide == {
        "cloudwatch:PutMetricData": ["cloudwatch:namespace"],
        "cognito-idp:CreateUserPool": TAGS_TO_BE,
        "cognito-idp:DescribeUserPoolDomain": [],
        "kms:CreateKey": TAGS_TO_BE,
        "kms:ListAliases": [],
        "kms:TagResource": [*TAGS_TO_BE, "aws:ResourceTag/project"],
        "lambda:CreateEventSourceMapping": ["lambda:FunctionArn"],
        "logs:CreateLogDelivery": [],
        "logs:DeleteLogDelivery": [],
        "logs:DescribeLogGroups": [],
        "logs:DescribeResourcePolicies": [],
        "logs:GetLogDelivery": [],
        "logs:ListLogDeliveries": [],
        "logs:PutResourcePolicy": [],
        "logs:UpdateLogDelivery": [],
        "ses:CreateTemplate": [],
        "ses:DeleteTemplate": [],
        "ses:GetTemplate": [],
        "ses:UpdateTemplate": [],
        "sns:Publish": [],
        "xray:PutTelemetryRecords": [],
        "xray:PutTraceSegments": [],
    }


@pytest.mark.parametrize("role", [*DEPLOYERS, *READERS])
def test_every_role_has_a_policy_a_layer(role: str) -> None:
    """Each layer's permissions stand by themselves, under its name."""
    assert sorted(attached(role)) == [f"{role}-{layer}" for layer in sorted(LAYERS)]


def test_every_policy_fits_what_iam_takes() -> None:
    """IAM counts the characters of a policy without white space, and the policies of a role."""
    sizes = [(policy, len("".join(policy.inputs["policy"].split()))) for policy in policies()]

    assert [policy.name for policy, size in sizes if size > CHARACTERS[policy.type]] == []
    assert len(LAYERS) <= ATTACHED_LIMIT


@pytest.mark.parametrize("stack", DECLARED)
def test_every_type_that_the_platform_declares_can_be_deployed(stack: str) -> None:
    """A new resource type is a new permission of CI, and is seen before CI is denied."""
    known = {kind for layer in LAYERS.values() for access in layer for kind in access.types}
    there = {item.type for item in declared(stack).resources.values() if item.custom}

    assert there - known == set()


def test_a_boundary_holds_what_a_stack_s_roles_may_be_given_and_nothing_more() -> None:
    """What functions do, and the services that work for them, with what is the stack's own."""
    items = ("ConditionCheckItem", "DeleteItem", "GetItem", "PutItem", "Query", "UpdateItem")
    stream = ("DescribeStream", "GetRecords", "GetShardIterator", "ListStreams")
    bounds = {
        "dynamodb:{}:table/strata-dev-*": [f"dynamodb:{verb}" for verb in sorted((*items, *stream))],
        "s3:::strata-dev-*": [
            "s3:AbortMultipartUpload",
            "s3:GetBucketLocation",
            "s3:GetObject",
            "s3:ListBucket",
            "s3:ListBucketMultipartUploads",
            "s3:PutObject",
        ],
        "logs:{}:log-group:strata-dev-*": ["logs:CreateLogStream", "logs:PutLogEvents"],
        "sqs:{}:strata-dev-*": [
            "sqs:DeleteMessage",
            "sqs:GetQueueAttributes",
            "sqs:ReceiveMessage",
            "sqs:SendMessage",
        ],
        "events:{}:event-bus/strata-dev-*": ["events:PutEvents"],
        "events:{}:api-destination/strata-dev-*": ["events:InvokeApiDestination"],
        "lambda:{}:function:strata-dev-*": ["lambda:InvokeFunction"],
        "firehose:{}:deliverystream/strata-dev-*": ["firehose:PutRecordBatch"],
        "secretsmanager:{}:secret:strata-dev-*": ["secretsmanager:GetSecretValue"],
        "ses:{}:configuration-set/strata-dev-*": ["ses:SendEmail", "ses:SendTemplatedEmail"],
        "ses:{}:identity/*": ["ses:SendEmail", "ses:SendTemplatedEmail"],
        "ses:{}:template/strata-dev-*": ["ses:SendEmail", "ses:SendTemplatedEmail"],
        "states:{}:stateMachine:strata-dev-*": ["states:StartExecution"],
        "execute-api:{}:*/POST/@connections/*": ["execute-api:ManageConnections"],
        "cognito-idp:{}:userpool/*": ["cognito-idp:ListUsersInGroup"],
        "kms:{}:key/*": ["kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey"],
    }
    everywhere = [
        "cloudwatch:PutMetricData",
        "sns:Publish",
        "xray:PutTelemetryRecords",
        "xray:PutTraceSegments",
    ]

    found: dict[str, list[str]] = {}
    for statement in boundary("dev"):
        for resource in statement["Resource"]:
            found[resource] = sorted([*found.get(resource, []), *statement["Action"]])

    assert found == {
        **{"arn:aws:" + arn.format(f"{REGION}:{ACCOUNT}"): actions for arn, actions in bounds.items()},
        "*": everywhere,
    }


def test_a_boundary_holds_ids_and_metrics_by_condition() -> None:
    """User pools by their tags, metrics by their namespace, which is the one that the handlers write to."""
    assert {
        action: statement["Condition"]
        for statement in boundary("dev")
        for action in statement["Action"]
        if "Condition" in statement
    } == {
        "cognito-idp:ListUsersInGroup": {
            "StringLike": {"aws:ResourceTag/project": "strata", "aws:ResourceTag/stack": "dev"}
        },
        "cloudwatch:PutMetricData": {"StringEquals": {"cloudwatch:namespace": NAMESPACE}},
    }


@pytest.mark.parametrize("stack", DECLARED)
def test_every_grant_lies_within_the_boundary(stack: str) -> None:
    """A grant that the boundary leaves out would be denied on AWS alone, so it is found here."""
    beyond = {
        (item.name, action, resource)
        for item in declared(stack).of("aws:iam/rolePolicy:RolePolicy").values()
        for statement in statements(item.inputs["policy"])
        for action in statement["Action"]
        for resource in statement["Resource"]
        if not _within(action, resource)
    }

    assert beyond == set()


def _within(action: str, resource: str) -> bool:
    """Whether the boundary holds an action on a resource, whose name in the graph says no stack."""
    return any(
        action in statement["Action"]
        and any(fnmatchcase(resource, bound.replace("strata-prod-*", "*")) for bound in statement["Resource"])
        for statement in boundary("prod")
    )
