"""The permissions boundaries separate the stacks of one account, as IAM evaluates them.

Each statement is evaluated as if the role's own policy allowed everything.
"""

from __future__ import annotations

import pytest

from tests.infrastructure.bootstrap import DEPLOYERS, KEY, bootstrapped, boundary
from tests.infrastructure.iam import Request, allows
from tools.graph import ACCOUNT, REGION, statements

HERE = f"{REGION}:{ACCOUNT}"
STACKS = {"dev": "dev", "prod": "prod", "pr": "pr-7"}
"""A stack of each environment."""

KEY_ACTIONS = ("kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey")
THROUGH_DYNAMODB = {"kms:ViaService": f"dynamodb.{REGION}.amazonaws.com"}
UNLIMITED = {
    "cloudfront-keyvaluestore:ListKeys",
    "execute-api:ManageConnections",
    "xray:PutTelemetryRecords",
    "xray:PutTraceSegments",
}
"""Actions that AWS cannot limit to a stack: docs/decisions/0009-ci-roles.md."""


def _tagged(stack: str) -> dict[str, str]:
    return {"aws:ResourceTag/project": "strata", "aws:ResourceTag/stack": stack}


def requests(stack: str) -> list[Request]:
    """Return a request for each action of the boundary, on resources of one stack."""
    names = f"strata-{stack}-x-1a2b3c4"
    return [
        *_on(f"arn:aws:dynamodb:{HERE}:table/{names}", "dynamodb", "ConditionCheckItem", "DeleteItem"),
        *_on(f"arn:aws:dynamodb:{HERE}:table/{names}/index/y", "dynamodb", "Query"),
        *_on(f"arn:aws:dynamodb:{HERE}:table/{names}", "dynamodb", "GetItem", "PutItem", "UpdateItem"),
        *_on(f"arn:aws:dynamodb:{HERE}:table/{names}/stream/1", "dynamodb", "DescribeStream", "GetRecords"),
        *_on(f"arn:aws:dynamodb:{HERE}:table/{names}/stream/1", "dynamodb", "GetShardIterator"),
        *_on(f"arn:aws:s3:::{names}", "s3", "GetBucketLocation", "ListBucket", "ListBucketMultipartUploads"),
        *_on(f"arn:aws:s3:::{names}/events/1", "s3", "AbortMultipartUpload", "GetObject", "PutObject"),
        *_on(f"arn:aws:s3:::{names}/assets/1/app.js", "s3", "DeleteObject"),
        *_on(f"arn:aws:s3:::{names}/releases/1/index.html", "s3", "DeleteObject"),
        *_on(f"arn:aws:logs:{HERE}:log-group:{names}:log-stream:1", "logs", "CreateLogStream"),
        *_on(f"arn:aws:logs:{HERE}:log-group:{names}:log-stream:1", "logs", "PutLogEvents"),
        *_on(f"arn:aws:sqs:{HERE}:{names}", "sqs", "DeleteMessage", "GetQueueAttributes"),
        *_on(f"arn:aws:sqs:{HERE}:{names}", "sqs", "ReceiveMessage", "SendMessage"),
        *_on(f"arn:aws:events:{HERE}:event-bus/{names}", "events", "PutEvents"),
        *_on(f"arn:aws:events:{HERE}:api-destination/{names}/1", "events", "InvokeApiDestination"),
        *_on(f"arn:aws:lambda:{HERE}:function:{names}:live", "lambda", "InvokeFunction"),
        *_on(f"arn:aws:firehose:{HERE}:deliverystream/{names}", "firehose", "PutRecordBatch"),
        *_on(f"arn:aws:secretsmanager:{HERE}:secret:{names}-a1b2c3", "secretsmanager", "GetSecretValue"),
        *_on(f"arn:aws:ses:{HERE}:configuration-set/{names}", "ses", "SendEmail", "SendTemplatedEmail"),
        *_on(f"arn:aws:ses:{HERE}:template/{names}", "ses", "SendEmail", "SendTemplatedEmail"),
        *_on(f"arn:aws:states:{HERE}:stateMachine:{names}", "states", "StartExecution"),
        *(
            Request(f"cognito-idp:{action}", f"arn:aws:cognito-idp:{HERE}:userpool/{stack}", _tagged(stack))
            for action in ("AdminDeleteUser", "AdminDisableUser", "AdminEnableUser", "AdminUserGlobalSignOut")
        ),
        *(
            Request(f"cognito-idp:{action}", f"arn:aws:cognito-idp:{HERE}:userpool/{stack}", _tagged(stack))
            for action in ("ListUsers", "ListUsersInGroup")
        ),
        *(
            Request(f"kms:{action}", f"arn:aws:kms:{HERE}:key/{stack}", _tagged(stack))
            for action in ("Decrypt", "Encrypt")
        ),
    ]


def _on(resource: str, service: str, *verbs: str) -> list[Request]:
    return [Request(f"{service}:{verb}", resource) for verb in verbs]


def _identity(stack: str) -> list[Request]:
    arn = f"arn:aws:ses:{HERE}:identity/{stack}.example.com"
    return [Request(action, arn, _tagged(stack)) for action in ("ses:SendEmail", "ses:SendTemplatedEmail")]


@pytest.mark.parametrize("environment", STACKS)
def test_boundary_allows_only_resources_of_its_own_stacks(environment: str) -> None:
    """Data, secrets, functions, messages, users and keys of every other stack are denied."""
    found = {
        stack: {allows(boundary(environment), request) for request in requests(stack)}
        for stack in (*STACKS.values(), "main")
    }

    assert found == {stack: {stack == STACKS[environment]} for stack in (*STACKS.values(), "main")}


@pytest.mark.parametrize("environment", STACKS)
def test_every_action_of_the_boundary_is_evaluated(environment: str) -> None:
    """A new action needs a request here, or a reason why AWS cannot limit it to a stack."""
    evaluated = {request.action for request in (*requests("dev"), *_identity("dev"))}
    keys_and_messages = {*KEY_ACTIONS, "sns:Publish"}

    assert {
        action
        for statement in boundary(environment)
        if statement["Effect"] == "Allow"
        for action in statement["Action"]
    } == evaluated | keys_and_messages | UNLIMITED


@pytest.mark.parametrize("environment", STACKS)
@pytest.mark.parametrize("action", KEY_ACTIONS)
@pytest.mark.parametrize("context", [{}, {"kms:EncryptionContext:stack": "prod"}, THROUGH_DYNAMODB])
def test_no_role_of_a_stack_can_use_the_state_key(
    environment: str, action: str, context: dict[str, str]
) -> None:
    """The key encrypts the secrets of every stack: neither the boundary nor its own policy allows it."""
    role = f"arn:aws:iam::{ACCOUNT}:role/strata-{STACKS[environment]}-job-1a2b3c4"
    policy = statements(bootstrapped().inputs("aws:kms/key:Key", "state")["policy"])

    assert not allows(boundary(environment), Request(action, KEY, context))
    assert not allows(policy, Request(action, KEY, {**context, "aws:PrincipalArn": role}))


@pytest.mark.parametrize("name", [*DEPLOYERS, "preview", "drift"])
def test_roles_of_ci_can_use_the_state_key(name: str) -> None:
    """The key's policy denies the roles of the stacks only; for all others IAM decides."""
    role = f"arn:aws:iam::{ACCOUNT}:role/strata-bootstrap-main-{name}-1a2b3c4"
    policy = statements(bootstrapped().inputs("aws:kms/key:Key", "state")["policy"])

    assert allows(policy, Request("kms:Decrypt", KEY, {"aws:PrincipalArn": role}))


@pytest.mark.parametrize("environment", STACKS)
def test_other_keys_are_used_through_services_only(environment: str) -> None:
    """A key without the stack's tags decrypts only for the services of tables, variables and secrets."""
    key = f"arn:aws:kms:{HERE}:key/other"
    through = {
        service: allows(
            boundary(environment),
            Request("kms:Decrypt", key, {"kms:ViaService": f"{service}.{REGION}.amazonaws.com"}),
        )
        for service in ("dynamodb", "lambda", "secretsmanager", "s3", "sns", "ssm")
    }

    assert not allows(boundary(environment), Request("kms:Decrypt", key))
    assert {service for service, allowed in through.items() if allowed} == {
        "dynamodb",
        "lambda",
        "secretsmanager",
    }


@pytest.mark.parametrize("environment", STACKS)
def test_messages_reach_phone_numbers_and_no_topic(environment: str) -> None:
    """A phone number has no ARN, and every topic has one."""
    topic = f"arn:aws:sns:{HERE}:strata-prod-alarms-1a2b3c4"

    assert allows(boundary(environment), Request("sns:Publish", "*"))
    assert not allows(boundary(environment), Request("sns:Publish", topic))


def test_permanent_stack_sends_from_its_own_domain_only() -> None:
    """Identities are limited by tags, except for pull requests, which send from another stack's identity."""
    found = {
        environment: {
            stack
            for stack in STACKS.values()
            if all(allows(boundary(environment), request) for request in _identity(stack))
        }
        for environment in STACKS
    }

    assert found == {"dev": {"dev"}, "prod": {"prod"}, "pr": set(STACKS.values())}
