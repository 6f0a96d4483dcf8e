"""The roles of CI and of API Gateway: each is for one job, and reaches no further than it must.

What this cannot show: how AWS itself evaluates the policies.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.infrastructure.bootstrap import (
    BUCKET,
    DECLARED,
    DEPLOYERS,
    ISSUER,
    KEY,
    PROVIDER,
    READERS,
    REPOSITORY,
    allowed,
    allowing,
    bootstrapped,
    declared,
    policy_arn,
)
from tools.graph import ACCOUNT, REGION, statements


def test_every_role_trusts_one_context_of_the_repository() -> None:
    """The whole subject is compared: no other repository, branch or environment gets in."""
    roles = bootstrapped().of("aws:iam/role:Role")
    contexts = {
        "preview": "pull_request",
        "drift": "ref:refs/heads/main",
        "deploy-dev": "environment:dev",
        "deploy-prod": "environment:prod",
        "deploy-pr": "environment:pr",
    }

    assert {name: statements(roles[name].inputs["assumeRolePolicy"]) for name in contexts} == {
        name: [
            {
                "Effect": "Allow",
                "Action": "sts:AssumeRoleWithWebIdentity",
                "Principal": {"Federated": PROVIDER},
                "Condition": {
                    "StringEquals": {
                        f"{ISSUER}:aud": "sts.amazonaws.com",
                        f"{ISSUER}:sub": f"repo:{REPOSITORY}:{context}",
                    }
                },
            }
        ]
        for name, context in contexts.items()
    }


def test_api_gateway_writes_logs_with_a_role_of_its_own() -> None:
    """One that nobody else assumes, and with AWS's own policy for just that."""
    graph = bootstrapped()
    (attachment,) = [
        item.inputs
        for item in graph.of("aws:iam/rolePolicyAttachment:RolePolicyAttachment").values()
        if item.inputs["role"] == "gateway"
    ]

    assert statements(graph.inputs("aws:iam/role:Role", "gateway")["assumeRolePolicy"]) == [
        {
            "Effect": "Allow",
            "Action": "sts:AssumeRole",
            "Principal": {"Service": "apigateway.amazonaws.com"},
        }
    ]
    assert attachment["policyArn"] == (
        "arn:aws:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs"
    )
    assert graph.inputs("aws:apigateway/account:Account", "gateway") == {
        "cloudwatchRoleArn": f"arn:aws:iam::{ACCOUNT}:role/gateway"
    }


@pytest.mark.parametrize(("role", "stack"), DEPLOYERS.items())
def test_a_deployer_reaches_its_own_stacks_alone(role: str, stack: str) -> None:
    """What it may do is held to the stack's names, tags or state, where AWS knows a resource at all."""
    strangers = {
        resource
        for statement in allowed(role)
        if not _held(statement, stack)
        for resource in statement["Resource"]
        if not _named(resource, stack) and resource not in ("*", KEY, BUCKET)
    }

    # What AWS gives ids and no tags, and what an account has one of; docs/decisions/0009-ci-roles.md.
    service_roles = f"arn:aws:iam::{ACCOUNT}:role/aws-service-role"
    assert strangers == {
        f"arn:aws:apigateway:{REGION}::/apis/*/*",
        f"arn:aws:apigateway:{REGION}::/tags/*",
        f"arn:aws:glue:{REGION}:{ACCOUNT}:catalog",
        f"arn:aws:lambda:{REGION}:{ACCOUNT}:event-source-mapping:*",
        f"{service_roles}/apidestinations.events.amazonaws.com/AWSServiceRoleForAmazonEventBridgeApiDestinations",
        f"{service_roles}/ops.apigateway.amazonaws.com/*",
    }


@pytest.mark.parametrize("action", ["kms:TagResource", "ses:TagResource"])
def test_a_deployer_tags_as_its_own_only_what_is_nobody_s(action: str) -> None:
    """By its tags a key or an identity is held to its stack: whoever could set them could take it."""
    own = {"aws:ResourceTag/project": "strata", "aws:ResourceTag/stack": "dev"}
    becoming = {"aws:RequestTag/project": "strata", "aws:RequestTag/stack": "dev"}

    assert [
        statement["Condition"]
        for statement in allowing("deploy-dev", action)
        if not all(_named(resource, "dev") for resource in statement["Resource"])
    ] == [
        {"StringLike": own},
        {"StringLike": becoming, "Null": {"aws:ResourceTag/project": "true"}},
    ]


def test_only_what_comes_and_goes_may_be_emptied() -> None:
    """A bucket that lasts keeps its objects, whoever deploys."""
    emptying = {"s3:DeleteObject", "s3:DeleteObjectVersion", "s3:ListBucketVersions"}
    emptied = {
        role: [
            statement["Resource"]
            for statement in allowed(role)
            if set(statement["Action"]) & emptying
            if not any(BUCKET in resource for resource in statement["Resource"])
        ]
        for role in (*DEPLOYERS, *READERS)
    }

    assert emptied == {
        "deploy-dev": [],
        "deploy-prod": [],
        "deploy-pr": [["arn:aws:s3:::strata-pr-*-*"]],
        "preview": [],
        "drift": [],
    }


@pytest.mark.parametrize(("role", "stack"), DEPLOYERS.items())
def test_a_deployer_makes_roles_within_its_boundary_for_the_services_that_need_one(
    role: str, stack: str
) -> None:
    """A role that it makes or fills carries the boundary, and only those that work for a stack get one."""
    roles = [f"arn:aws:iam::{ACCOUNT}:role/strata-{stack}-*"]
    services = [f"{service}.amazonaws.com" for service in ("events", "firehose", "lambda", "scheduler")]

    assert allowing(role, "iam:CreateRole") == [
        {
            "Effect": "Allow",
            "Action": ["iam:CreateRole", "iam:PutRolePermissionsBoundary", "iam:PutRolePolicy"],
            "Resource": roles,
            "Condition": {"StringEquals": {"iam:PermissionsBoundary": policy_arn(f"{role}-boundary")}},
        }
    ]
    assert allowing(role, "iam:PassRole") == [
        {
            "Effect": "Allow",
            "Action": ["iam:PassRole"],
            "Resource": roles,
            "Condition": {"StringEquals": {"iam:PassedToService": services}},
        }
    ]


@pytest.mark.parametrize("stack", DECLARED)
def test_every_service_that_works_for_a_stack_may_be_given_its_role(stack: str) -> None:
    """Who is trusted by one of the stack's roles is who a deployment may hand it to."""
    (passing,) = allowing("deploy-dev", "iam:PassRole")
    trusted = {
        statement["Principal"]["Service"]
        for item in declared(stack).of("aws:iam/role:Role").values()
        for statement in statements(item.inputs["assumeRolePolicy"])
    }

    assert trusted - set(passing["Condition"]["StringEquals"]["iam:PassedToService"]) == set()


@pytest.mark.parametrize(("role", "stack"), DEPLOYERS.items())
def test_a_deployer_reads_and_writes_the_secrets_of_its_own_stacks(role: str, stack: str) -> None:
    """The key opens state through S3, and secrets only in the stack's own encryption context."""
    through_s3 = {"StringEquals": {"kms:ViaService": f"s3.{REGION}.amazonaws.com"}}
    own = {"StringLike": {"kms:EncryptionContext:stack": stack}}

    assert [
        (statement["Action"], statement["Resource"], statement["Condition"])
        for statement in allowed(role)
        if KEY in statement["Resource"]
    ] == [
        (["kms:GenerateDataKey"], [KEY], through_s3),
        (["kms:Decrypt"], [KEY], through_s3),
        (["kms:Decrypt"], [KEY], own),
        (["kms:Encrypt"], [KEY], own),
    ]


@pytest.mark.parametrize("role", READERS)
def test_a_reader_changes_nothing(role: str) -> None:
    """It describes, lists, reads state and decrypts; what drift writes besides are locks."""
    actions = {action for statement in allowed(role) for action in statement["Action"]}
    verbs = ("Get", "List", "Describe", "GET", "Decrypt")
    locks = {
        "Effect": "Allow",
        "Action": ["s3:DeleteObject", "s3:PutObject"],
        "Resource": [f"{BUCKET}/.pulumi/locks/organization/strata/*/*"],
    }

    assert {action for action in actions if not action.partition(":")[2].startswith(verbs)} == (
        {"s3:DeleteObject", "s3:PutObject", "kms:GenerateDataKey"} if role == "drift" else set()
    )
    assert allowing(role, "s3:PutObject") == ([locks] if role == "drift" else [])


def _named(resource: str, stack: str) -> bool:
    """Whether a resource carries the stack's name, as its state does too."""
    names = f"strata-{stack}-*"
    mine = (names, names.replace("-", "_"), ".pulumi/meta.yaml")
    return resource.endswith(mine) or f"/strata/{stack}" in resource


def _held(statement: dict[str, Any], stack: str) -> bool:
    """Whether a statement holds for the stack's own tags or functions alone."""
    functions = {"lambda:FunctionArn": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:strata-{stack}-*"}
    condition = statement.get("Condition", {})
    tags = {key.rpartition("/")[2]: value for key, value in condition.get("StringLike", {}).items()}
    return tags == {"project": "strata", "stack": stack} or condition.get("ArnLike") == functions
