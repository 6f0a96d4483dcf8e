"""What makes an account ready: state that cannot be lost, and roles that reach no further than they must.

What this cannot show: how AWS itself evaluates the policies.
"""

from __future__ import annotations

import runpy
from functools import cache
from typing import Any

import pytest

from bootstrap.permissions import PLATFORM
from local import program
from local.stack import Stack
from tests.infrastructure.conftest import STACKS, graph_of
from tests.infrastructure.graph import ACCOUNT, REGION, ROOT, Graph, Recorder, statements

REPOSITORY = "acme@17/shop@42"
CONFIG = {
    "aws:region": REGION,
    "aws:allowedAccountIds": f'["{ACCOUNT}"]',
    "strata-bootstrap:repository": REPOSITORY,
}
ISSUER = "token.actions.githubusercontent.com"
PROVIDER = f"arn:aws:iam::{ACCOUNT}:oidc-provider/{ISSUER}"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1"
BUCKET = "arn:aws:s3:::state"
MADE = {
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider": {"arn": PROVIDER},
    "aws:kms/key:Key": {"arn": KEY, "keyId": "1"},
    "aws:s3/bucket:Bucket": {"arn": BUCKET, "bucket": "state"},
}
DEPLOYERS = {"deploy-dev": "dev", "deploy-prod": "prod", "deploy-pr": "pr-*"}
POLICY_LIMIT = 10_240
"""Characters of all inline policies of a role, without white space."""


class Account(Recorder):
    """Answers with what AWS would number besides what the platform itself declares."""

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802 - gRPC's name
        response = super().RegisterResource(request)
        made = MADE.get(request.type, {})
        if request.type == "aws:iam/policy:Policy":
            made = {"arn": f"arn:aws:iam::{ACCOUNT}:policy/{request.name}"}
        response.object.update(made)
        return response


@cache
def bootstrapped(**overrides: str) -> Graph:
    """The graph of the bootstrap program, with config laid over the smallest one."""
    config = {**CONFIG, **{f"strata-bootstrap:{key}": value for key, value in overrides.items()}}
    recorder = Account()
    recorder.graph.outputs = program.register(
        lambda: runpy.run_path(str(ROOT / "bootstrap" / "__main__.py"), run_name="__main__"),
        Stack("strata-bootstrap", "main", config, ""),
        recorder,
    )
    return recorder.graph


def allowed(role: str) -> list[dict[str, Any]]:
    """The statements of a role's one policy."""
    return statements(bootstrapped().inputs("aws:iam/rolePolicy:RolePolicy", role)["policy"])


def allowing(role: str, action: str) -> list[dict[str, Any]]:
    """The statements of a role's policy that allow an action."""
    return [statement for statement in allowed(role) if action in statement["Action"]]


def policies() -> dict[str, list[dict[str, Any]]]:
    """The statements of every role and boundary."""
    graph = bootstrapped()
    found = graph.of("aws:iam/rolePolicy:RolePolicy", "aws:iam/policy:Policy")
    return {name: statements(item.inputs["policy"]) for name, item in found.items()}


def test_the_state_bucket_keeps_every_version_encrypted_and_to_itself() -> None:
    """Versions, the key of our own, no public way in, TLS alone, and old versions go in the end."""
    found = {
        item.type.rpartition(":")[2]: {key: value for key, value in item.inputs.items() if key != "bucket"}
        for item in bootstrapped().resources.values()
        if item.type.startswith("aws:s3/")
    }
    found["BucketPolicy"] = {"statements": statements(found["BucketPolicy"]["policy"])}

    assert found == {
        "Bucket": {"forceDestroy": False},
        "BucketVersioning": {"versioningConfiguration": {"status": "Enabled"}},
        "BucketServerSideEncryptionConfiguration": {
            "rules": [
                {
                    "applyServerSideEncryptionByDefault": {"sseAlgorithm": "aws:kms", "kmsMasterKeyId": KEY},
                    "bucketKeyEnabled": True,
                }
            ]
        },
        "BucketLifecycleConfiguration": {
            "rules": [
                {
                    "id": "old-versions",
                    "status": "Enabled",
                    "filter": {"prefix": ""},
                    "noncurrentVersionExpiration": {"noncurrentDays": 90},
                    "abortIncompleteMultipartUpload": {"daysAfterInitiation": 7},
                }
            ]
        },
        "BucketOwnershipControls": {"rule": {"objectOwnership": "BucketOwnerEnforced"}},
        "BucketPublicAccessBlock": {
            "blockPublicAcls": True,
            "blockPublicPolicy": True,
            "ignorePublicAcls": True,
            "restrictPublicBuckets": True,
        },
        "BucketPolicy": {
            "statements": [
                {
                    "Effect": "Deny",
                    "Principal": "*",
                    "Action": "s3:*",
                    "Resource": [BUCKET, f"{BUCKET}/*"],
                    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
                }
            ]
        },
    }


def test_the_key_is_rotated_and_leaves_time_to_think() -> None:
    """KMS makes new key material by itself, and waits its longest before a deletion."""
    graph = bootstrapped()

    assert graph.inputs("aws:kms/key:Key", "state") == {
        "description": "State and secrets of strata's stacks",
        "enableKeyRotation": True,
        "deletionWindowInDays": 30,
    }
    assert graph.inputs("aws:kms/alias:Alias", "state") == {
        "name": "alias/strata-secrets",
        "targetKeyId": "1",
    }


def test_what_cannot_be_made_again_is_protected() -> None:
    """State, its key, and the trust that lets CI in survive a `pulumi destroy`."""
    protected = {item.type for item in bootstrapped().resources.values() if item.protect}

    assert protected == {
        "aws:iam/openIdConnectProvider:OpenIdConnectProvider",
        "aws:kms/alias:Alias",
        "aws:kms/key:Key",
        "aws:s3/bucket:Bucket",
    }


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

    assert {name: statements(role.inputs["assumeRolePolicy"]) for name, role in roles.items()} == {
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


def test_no_policy_allows_a_pattern_of_actions() -> None:
    """Every action is written out."""
    patterns = {
        (name, action)
        for name, policy in policies().items()
        for statement in policy
        for action in statement["Action"]
        if "*" in action
    }

    assert patterns == set()


def test_everything_is_a_resource_only_where_aws_knows_none() -> None:
    """These actions AWS holds to no resource; a pool in the making is held by its tags."""
    wide = {
        action: "Condition" in statement
        for policy in policies().values()
        for statement in policy
        for action in statement["Action"]
        if "*" in statement["Resource"]
    }

    assert wide == {
        "cognito-idp:CreateUserPool": True,
        "cognito-idp:DescribeUserPoolDomain": False,
        "logs:CreateLogDelivery": False,
        "logs:DeleteLogDelivery": False,
        "logs:DescribeLogGroups": False,
        "logs:DescribeResourcePolicies": False,
        "logs:GetLogDelivery": False,
        "logs:ListLogDeliveries": False,
        "logs:PutResourcePolicy": False,
        "logs:UpdateLogDelivery": False,
        "xray:PutTelemetryRecords": False,
        "xray:PutTraceSegments": False,
    }


@pytest.mark.parametrize(("role", "stack"), DEPLOYERS.items())
def test_a_deployer_reaches_its_own_stacks_alone(role: str, stack: str) -> None:
    """What it may do is held to the stack's names, tags or state, where AWS knows a resource at all."""
    names = f"strata-{stack}-*"
    tags = {"StringLike": {"project": "strata", "stack": stack}}

    strangers = [
        statement
        for statement in allowed(role)
        if not all(resource.endswith(names) for resource in statement["Resource"])
        and _tags(statement) != tags
        and statement["Resource"] not in (["*"], [KEY], [BUCKET])
        and not all(f"/strata/{stack}" in path or "meta.yaml" in path for path in statement["Resource"])
    ]

    # An HTTP API's parts carry no tags and have ids of AWS's making; docs/decisions/0009-ci-roles.md.
    assert [statement["Resource"] for statement in strangers] == [
        [f"arn:aws:apigateway:{REGION}::/apis/*/*"],
        [f"arn:aws:apigateway:{REGION}::/tags/*"],
        [f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/ops.apigateway.amazonaws.com/*"],
    ]


@pytest.mark.parametrize(("role", "stack"), DEPLOYERS.items())
def test_a_deployer_makes_roles_within_its_boundary_and_hands_them_to_lambda(role: str, stack: str) -> None:
    """A role that it makes or fills carries the boundary, and no service but Lambda is given one."""
    roles = [f"arn:aws:iam::{ACCOUNT}:role/strata-{stack}-*"]
    boundary = f"arn:aws:iam::{ACCOUNT}:policy/{role}-boundary"

    assert allowing(role, "iam:CreateRole") == [
        {
            "Effect": "Allow",
            "Action": ["iam:CreateRole", "iam:PutRolePermissionsBoundary", "iam:PutRolePolicy"],
            "Resource": roles,
            "Condition": {"StringEquals": {"iam:PermissionsBoundary": boundary}},
        }
    ]
    assert allowing(role, "iam:PassRole") == [
        {
            "Effect": "Allow",
            "Action": ["iam:PassRole"],
            "Resource": roles,
            "Condition": {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}},
        }
    ]


@pytest.mark.parametrize(("role", "stack"), DEPLOYERS.items())
def test_a_deployer_reads_and_writes_the_secrets_of_its_own_stacks(role: str, stack: str) -> None:
    """The key opens state through S3, and secrets only in the stack's own encryption context."""
    through_s3 = {"StringEquals": {"kms:ViaService": f"s3.{REGION}.amazonaws.com"}}
    own = {"StringLike": {"kms:EncryptionContext:stack": stack}}

    assert [
        (statement["Action"], statement["Resource"], statement["Condition"])
        for statement in allowed(role)
        if any(action.startswith("kms:") for action in statement["Action"])
    ] == [
        (["kms:GenerateDataKey"], [KEY], through_s3),
        (["kms:Decrypt"], [KEY], through_s3),
        (["kms:Decrypt"], [KEY], own),
        (["kms:Encrypt"], [KEY], own),
    ]


def test_a_boundary_holds_what_functions_may_be_given_and_nothing_more() -> None:
    """Items of the stack's own tables, its own logs and queues, and traces."""
    items = ("ConditionCheckItem", "DeleteItem", "GetItem", "PutItem", "Query", "UpdateItem")
    bounds = {
        f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/strata-dev-*": [f"dynamodb:{verb}" for verb in items],
        f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:strata-dev-*": [
            "logs:CreateLogStream",
            "logs:PutLogEvents",
        ],
        f"arn:aws:sqs:{REGION}:{ACCOUNT}:strata-dev-*": ["sqs:SendMessage"],
        f"arn:aws:kms:{REGION}:{ACCOUNT}:key/*": ["kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey"],
        "*": ["xray:PutTelemetryRecords", "xray:PutTraceSegments"],
    }

    assert policies()["deploy-dev-boundary"] == [
        {"Effect": "Allow", "Action": actions, "Resource": [resource]} for resource, actions in bounds.items()
    ]


@pytest.mark.parametrize("stack", STACKS)
def test_every_function_s_grants_lie_within_the_boundary(stack: str) -> None:
    """A grant that the boundary leaves out would be denied on AWS alone, so it is found here."""
    bounds = {action for statement in policies()["deploy-prod-boundary"] for action in statement["Action"]}
    granted = {
        action
        for item in graph_of(stack).of("aws:iam/rolePolicy:RolePolicy").values()
        for statement in statements(item.inputs["policy"])
        for action in statement["Action"]
    }

    assert granted - bounds == set()


@pytest.mark.parametrize("stack", STACKS)
def test_every_type_that_the_platform_declares_can_be_deployed(stack: str) -> None:
    """A new resource type is a new permission of CI, and is seen before CI is denied."""
    known = {kind for access in PLATFORM for kind in access.types}
    declared = {item.type for item in graph_of(stack).resources.values() if item.custom}

    assert declared - known == set()


@pytest.mark.parametrize("role", ["preview", "drift"])
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


def test_every_role_fits_what_iam_takes() -> None:
    """IAM counts the characters of a role's inline policies without white space."""
    sizes = {
        name: len("".join(item.inputs["policy"].split()))
        for name, item in bootstrapped().of("aws:iam/rolePolicy:RolePolicy").items()
    }

    assert {name: size for name, size in sizes.items() if size > POLICY_LIMIT} == {}


def test_an_account_without_ephemeral_stacks_has_no_role_for_them() -> None:
    """Production's account need not let pull requests in at all."""
    graph = bootstrapped(environments='["prod"]', ephemeral="false")

    assert set(graph.of("aws:iam/role:Role")) == {"preview", "drift", "deploy-prod"}


def test_an_identity_provider_that_exists_is_trusted_and_not_made() -> None:
    """Its ARN follows from the account and the issuer."""
    graph = bootstrapped(identityProvider="existing")
    (statement,) = statements(graph.inputs("aws:iam/role:Role", "preview")["assumeRolePolicy"])

    assert graph.of("aws:iam/openIdConnectProvider:OpenIdConnectProvider") == {}
    assert statement["Principal"] == {"Federated": PROVIDER}


def test_the_outputs_are_the_variables_that_the_workflows_read() -> None:
    """The addresses of state and key, and a role for each job."""
    assert bootstrapped().outputs == {
        "repositoryVariables": {
            "AWS_REGION": REGION,
            "PULUMI_BACKEND_URL": f"s3://state?region={REGION}",
            "SECRETS_PROVIDER": f"awskms://alias/strata-secrets?region={REGION}",
            "PREVIEW_ROLE": f"arn:aws:iam::{ACCOUNT}:role/preview",
            "DRIFT_ROLE": f"arn:aws:iam::{ACCOUNT}:role/drift",
        },
        "environmentVariables": {
            stack: {
                "DEPLOY_ROLE": f"arn:aws:iam::{ACCOUNT}:role/deploy-{stack}",
                "PERMISSIONS_BOUNDARY": f"arn:aws:iam::{ACCOUNT}:policy/deploy-{stack}-boundary",
            }
            for stack in ("dev", "prod", "pr")
        },
    }


def _tags(statement: dict[str, Any]) -> dict[str, dict[str, str]]:
    """A statement's condition on tags, whether of the resource or of the request."""
    return {
        operator: {key.rpartition("/")[2]: value for key, value in keys.items()}
        for operator, keys in statement.get("Condition", {}).items()
    }
