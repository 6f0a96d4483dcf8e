"""The permissions of CI's roles and of the stacks' roles: exactly those that the platform needs.

These tests check the policy documents; they do not check how AWS evaluates them.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Any

import pytest

from bootstrap.permissions import LAYERS
from tests.infrastructure.bootstrap import (
    DECLARED,
    DEPLOYERS,
    KEY,
    READERS,
    allowing,
    attached,
    boundary,
    declared,
    policies,
)
from tools.graph import ACCOUNT, REGION, statements

CHARACTERS = {"aws:iam/rolePolicy:RolePolicy": 10_240, "aws:iam/policy:Policy": 6_144}
"""IAM's limits in characters without white space: all inline policies of a role, and a managed policy."""

ATTACHED_LIMIT = 10
"""IAM's limit of policies attached to one role."""

REQUEST_TAGS = ["aws:RequestTag/project", "aws:RequestTag/stack"]
POOL_ACTIONS = [
    "cognito-idp:AdminDeleteUser",
    "cognito-idp:AdminDisableUser",
    "cognito-idp:AdminEnableUser",
    "cognito-idp:AdminUserGlobalSignOut",
    "cognito-idp:ListUsers",
    "cognito-idp:ListUsersInGroup",
]
"""What functions may do with the people of a user pool."""


def test_no_allowed_action_has_a_wildcard() -> None:
    """Every allowed action is named in full."""
    patterns = {
        (policy.name, action)
        for policy in policies()
        for statement in statements(policy.inputs["policy"])
        if statement["Effect"] != "Deny"
        for action in statement["Action"]
        if "*" in action
    }

    assert patterns == set()


def test_wildcard_resources_are_limited_to_known_actions() -> None:
    """These actions have no resource-level permissions; creation is limited by conditions."""
    wide = {
        action: sorted(key for keys in statement.get("Condition", {}).values() for key in keys)
        for policy in policies()
        for statement in statements(policy.inputs["policy"])
        for action in statement["Action"]
        if "*" in statement["Resource"]
    }

    assert wide == {
        "acm:RequestCertificate": REQUEST_TAGS,
        "cloudfront:CreateDistribution": REQUEST_TAGS,
        "cloudfront:CreateFunction": [],
        "cloudfront:CreateKeyValueStore": [],
        "cloudfront:CreateOriginAccessControl": [],
        "cloudfront:CreateResponseHeadersPolicy": [],
        "cloudfront:TagResource": [*REQUEST_TAGS, "aws:ResourceTag/project"],
        "cloudwatch:DescribeAlarms": [],
        "cognito-idp:CreateUserPool": REQUEST_TAGS,
        "cognito-idp:DescribeUserPoolDomain": [],
        "kms:CreateKey": REQUEST_TAGS,
        "kms:ListAliases": [],
        "kms:TagResource": [*REQUEST_TAGS, "aws:ResourceTag/project"],
        "lambda:CreateEventSourceMapping": ["lambda:FunctionArn"],
        "logs:CreateLogDelivery": [],
        "logs:DeleteLogDelivery": [],
        "logs:DescribeLogGroups": [],
        "logs:DescribeResourcePolicies": [],
        "logs:GetLogDelivery": [],
        "logs:ListLogDeliveries": [],
        "logs:PutResourcePolicy": [],
        "logs:UpdateLogDelivery": [],
        "route53:CreateHostedZone": [],
        "route53:ListHostedZones": [],
        "ses:CreateTemplate": [],
        "ses:DeleteTemplate": [],
        "ses:GetTemplate": [],
        "ses:UpdateTemplate": [],
        "sns:GetSubscriptionAttributes": [],
        "sns:Publish": [],
        "sns:SetSubscriptionAttributes": [],
        "sns:Unsubscribe": [],
        "xray:PutTelemetryRecords": [],
        "xray:PutTraceSegments": [],
    }


@pytest.mark.parametrize("role", [*DEPLOYERS, *READERS])
def test_every_role_has_one_policy_per_layer(role: str) -> None:
    """Each layer has its own attached policy, with the layer's name."""
    assert sorted(attached(role)) == [f"{role}-{layer}" for layer in sorted(LAYERS)]


def test_policies_are_within_the_limits_of_iam() -> None:
    """IAM limits the characters of a policy and the number of policies of a role."""
    sizes = [(policy, len("".join(policy.inputs["policy"].split()))) for policy in policies()]

    assert [policy.name for policy, size in sizes if size > CHARACTERS[policy.type]] == []
    assert len(LAYERS) <= ATTACHED_LIMIT


@pytest.mark.parametrize("stack", DECLARED)
def test_every_declared_type_can_be_deployed(stack: str) -> None:
    """A new resource type needs permissions for CI before it is deployed."""
    known = {token for layer in LAYERS.values() for access in layer for token in access.types}
    used = {item.type for item in declared(stack).resources.values() if item.custom}

    assert used - known == set()


def test_pull_requests_cannot_change_dns() -> None:
    """A branch could otherwise point production's names elsewhere; other deployments change three types."""
    types = {"route53:ChangeResourceRecordSetsRecordTypes": ["A", "AAAA", "CNAME"]}

    assert allowing("deploy-pr", "route53:ChangeResourceRecordSets") == []
    for role in ("deploy-dev", "deploy-prod"):
        (statement,) = allowing(role, "route53:ChangeResourceRecordSets")
        assert statement["Condition"] == {"ForAllValues:StringEquals": types}
    assert [role for role in READERS if allowing(role, "route53:ChangeResourceRecordSets")] == []


def test_only_disposable_stacks_delete_zones() -> None:
    """A new zone has other name servers, so that the domain fails until its parent zone names them."""
    assert [role for role in DEPLOYERS if allowing(role, "route53:DeleteHostedZone")] == ["deploy-dev"]


def test_web_acls_are_those_of_the_stack_and_in_cloudfront_s_region() -> None:
    """A web ACL also needs access to the rule groups of AWS."""
    resources = [each["Resource"] for each in allowing("deploy-dev", "wafv2:CreateWebACL")]

    assert resources == [
        [f"arn:aws:wafv2:us-east-1:{ACCOUNT}:global/webacl/strata-dev-*/*"],
        [f"arn:aws:wafv2:us-east-1:{ACCOUNT}:global/managedruleset/*/*"],
    ]


def test_boundary_has_exactly_the_actions_of_the_stacks_roles() -> None:
    """The boundary allows the actions of functions and AWS services, on the stack's resources."""
    items = ("ConditionCheckItem", "DeleteItem", "GetItem", "PutItem", "Query", "UpdateItem")
    stream = ("DescribeStream", "GetRecords", "GetShardIterator")
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
        "s3:::strata-dev-*/assets/*": ["s3:DeleteObject"],
        "s3:::strata-dev-*/releases/*": ["s3:DeleteObject"],
        f"cloudfront::{ACCOUNT}:key-value-store/*": ["cloudfront-keyvaluestore:ListKeys"],
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
        "execute-api:{}:*/DELETE/@connections/*": ["execute-api:ManageConnections"],
        "execute-api:{}:*/POST/@connections/*": ["execute-api:ManageConnections"],
        "cognito-idp:{}:userpool/*": POOL_ACTIONS,
        # Decrypt twice: through AWS services, and of the stack's own keys.
        "kms:{}:key/*": [*(["kms:Decrypt"] * 2), "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey"],
    }
    everywhere = [
        "sns:Publish",
        "xray:PutTelemetryRecords",
        "xray:PutTraceSegments",
    ]

    found: dict[str, list[str]] = {}
    for statement in boundary("dev"):
        for resource in statement["Resource"] if statement["Effect"] == "Allow" else ():
            found[resource] = sorted([*found.get(resource, []), *statement["Action"]])

    assert found == {
        **{"arn:aws:" + arn.format(f"{REGION}:{ACCOUNT}"): actions for arn, actions in bounds.items()},
        "*": everywhere,
    }


@pytest.mark.parametrize("environment", ["dev", "prod", "pr"])
def test_boundary_denies_the_state_key_and_topics(environment: str) -> None:
    """No grant of a role overrides these statements."""
    assert [statement for statement in boundary(environment) if statement["Effect"] == "Deny"] == [
        {"Effect": "Deny", "Action": "kms:*", "Resource": [KEY]},
        {"Effect": "Deny", "Action": "sns:Publish", "Resource": ["arn:aws:sns:*:*:*"]},
    ]


def test_boundary_has_conditions_for_generated_ids_and_names() -> None:
    """Pools, identities and keys of the stack are limited by tags, other keys by service."""
    own = {"StringLike": {"aws:ResourceTag/project": "strata", "aws:ResourceTag/stack": "dev"}}
    services = [f"{service}.{REGION}.amazonaws.com" for service in ("dynamodb", "lambda", "secretsmanager")]
    through = {"StringEquals": {"kms:ViaService": services}}

    found: dict[str, list[Any]] = {}
    for statement in boundary("dev"):
        for action in statement["Action"] if "Condition" in statement else ():
            found.setdefault(action, []).append(statement["Condition"])

    assert found == {
        **{action: [own] for action in POOL_ACTIONS},
        "ses:SendEmail": [own],
        "ses:SendTemplatedEmail": [own],
        "kms:Decrypt": [through, own],
        "kms:DescribeKey": [through],
        "kms:Encrypt": [own],
        "kms:GenerateDataKey": [through],
    }


@pytest.mark.parametrize("stack", DECLARED)
def test_every_grant_is_within_the_boundary(stack: str) -> None:
    """AWS would deny a grant outside the boundary, and the embedded cloud would not."""
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
    """Return whether the boundary allows an action on a resource; names in the graph have no stack prefix."""
    return any(
        statement["Effect"] == "Allow"
        and action in statement["Action"]
        and any(fnmatchcase(resource, bound.replace("strata-prod-*", "*")) for bound in statement["Resource"])
        for statement in boundary("prod")
    )
