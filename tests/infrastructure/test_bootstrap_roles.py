"""The roles of CI and of API Gateway: each has the permissions for one job.

These tests check the policy documents; they do not check how AWS evaluates them.
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


def test_each_role_trusts_one_context_of_the_repository() -> None:
    """The whole subject is compared: no other repository, branch or environment can assume the role."""
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


def test_api_gateway_has_a_role_for_logs() -> None:
    """Only API Gateway can assume the role, and it has the AWS managed policy for logs."""
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
def test_deployer_can_access_only_its_own_stacks(role: str, stack: str) -> None:
    """Grants are limited to the stack's names, tags or state, except for actions without a resource."""
    others = {
        resource
        for statement in allowed(role)
        if not _limited(statement, stack)
        for resource in statement["Resource"]
        if not _named(resource, stack) and resource not in ("*", KEY, BUCKET)
    }

    # Resources with generated ids and no tags, and singletons of an account: docs/decisions/0009-ci-roles.md.
    service_roles = f"arn:aws:iam::{ACCOUNT}:role/aws-service-role"
    assert others == {
        f"arn:aws:apigateway:{REGION}::/apis/*/*",
        f"arn:aws:apigateway:{REGION}::/tags/*",
        f"arn:aws:cloudfront::{ACCOUNT}:key-value-store/*",
        f"arn:aws:cloudfront::{ACCOUNT}:origin-access-control/*",
        f"arn:aws:cloudfront::{ACCOUNT}:response-headers-policy/*",
        f"arn:aws:glue:{REGION}:{ACCOUNT}:catalog",
        f"arn:aws:lambda:{REGION}:{ACCOUNT}:event-source-mapping:*",
        f"arn:aws:logs:us-east-1:{ACCOUNT}:delivery:*",
        # Stacks of pull requests read zones, and change nothing in them.
        "arn:aws:route53:::hostedzone/*",
        *(["arn:aws:route53:::change/*"] if role != "deploy-pr" else []),
        f"arn:aws:wafv2:us-east-1:{ACCOUNT}:global/managedruleset/*/*",
        f"{service_roles}/apidestinations.events.amazonaws.com/AWSServiceRoleForAmazonEventBridgeApiDestinations",
        f"{service_roles}/email.cognito-idp.amazonaws.com/*",
        f"{service_roles}/ops.apigateway.amazonaws.com/*",
    }


@pytest.mark.parametrize(
    "action", ["acm:AddTagsToCertificate", "cloudfront:TagResource", "kms:TagResource", "ses:TagResource"]
)
def test_deployer_can_tag_only_untagged_resources(action: str) -> None:
    """Tags limit such a resource to its stack, so a deployer cannot tag another stack's."""
    own = {"aws:ResourceTag/project": "strata", "aws:ResourceTag/stack": "dev"}
    requested = {"aws:RequestTag/project": "strata", "aws:RequestTag/stack": "dev"}

    assert [
        statement["Condition"]
        for statement in allowing("deploy-dev", action)
        if not all(_named(resource, "dev") for resource in statement["Resource"])
    ] == [
        {"StringLike": own},
        {"StringLike": requested, "Null": {"aws:ResourceTag/project": "true"}},
    ]


def test_only_buckets_of_disposable_stacks_can_be_emptied() -> None:
    """No deployer can delete objects of production's buckets, or of another stack's."""
    emptying = {
        "s3:BypassGovernanceRetention",
        "s3:DeleteObject",
        "s3:DeleteObjectVersion",
        "s3:ListBucketVersions",
    }
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
        "deploy-dev": [["arn:aws:s3:::strata-dev-*"]],
        "deploy-prod": [],
        "deploy-pr": [["arn:aws:s3:::strata-pr-*-*"]],
        "preview": [],
        "drift": [],
    }


@pytest.mark.parametrize(("role", "stack"), DEPLOYERS.items())
def test_deployer_creates_bounded_roles_for_known_services(role: str, stack: str) -> None:
    """Created and changed roles have the boundary, and only services that assume roles can be passed one."""
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
def test_every_trusted_service_can_be_passed_a_role(stack: str) -> None:
    """A deployment can pass a role to each service that a role of the stack trusts."""
    (passing,) = allowing("deploy-dev", "iam:PassRole")
    trusted = {
        statement["Principal"]["Service"]
        for item in declared(stack).of("aws:iam/role:Role").values()
        for statement in statements(item.inputs["assumeRolePolicy"])
    }

    assert trusted - set(passing["Condition"]["StringEquals"]["iam:PassedToService"]) == set()


@pytest.mark.parametrize(("role", "stack"), DEPLOYERS.items())
def test_deployer_can_encrypt_only_secrets_of_its_own_stacks(role: str, stack: str) -> None:
    """The key is used for state through S3, and for secrets only with the stack's encryption context."""
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
def test_reader_cannot_write(role: str) -> None:
    """A reader describes, lists, reads state and decrypts; the drift role can also write locks."""
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
    """Return whether a resource has the stack's name; state objects have it too."""
    names = f"strata-{stack}-*"
    suffixes = (
        names,
        f"{names}auth-client-*",
        names.replace("-", "_"),
        f"strata-{stack}-site-*/*",
        f"webacl/{names}/*",
        ".pulumi/meta.yaml",
    )
    return resource.endswith(suffixes) or f"/strata/{stack}" in resource


def _limited(statement: dict[str, Any], stack: str) -> bool:
    """Return whether a statement is limited to the stack's tags or functions."""
    functions = {"lambda:FunctionArn": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:strata-{stack}-*"}
    condition = statement.get("Condition", {})
    tags = {key.rpartition("/")[2]: value for key, value in condition.get("StringLike", {}).items()}
    return tags == {"project": "strata", "stack": stack} or condition.get("ArnLike") == functions
